import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Ceremonies, type Holder } from './ceremonies.js';
import { CopyNews } from './copy-news.js';
import type { Passkey } from './passkey.entity.js';
import { Passkeys } from './passkeys.js';
import { handleOf } from './relying-party.js';
import type { Assertion } from './responses.js';
import { ShownPasskey } from './shown-passkey.js';
import type { Expected, WrongAnswer } from './webauthn.js';

/** An answer of an authenticator, and what is expected of it. */
export interface PasskeyAnswer extends Pick<Expected, 'userVerification'> {
  readonly assertion: Assertion;
  /** The passkey with the credential id that the answer says; null where there is none. */
  readonly passkey: Passkey | null;
  readonly holder: Holder;
  readonly origin: RequestOrigin;
  /** Whether it may be one that is suspended: it is to be admitted again. */
  readonly readmits?: boolean;
}

export type PasskeyCheckOutcome =
  | { readonly outcome: 'right'; readonly shown: ShownPasskey }
  /** `reason` is for the log: nobody outside learns which. */
  | {
      readonly outcome: 'wrong';
      readonly reason: WrongAnswer | 'unknown' | 'suspended' | 'elsewhere' | 'handle';
    };

/** Decides whether an answer of an authenticator shows a passkey. Nothing is used up by it. */
@Injectable()
export class PasskeyCheck {
  constructor(
    private readonly ceremonies: Ceremonies,
    private readonly passkeys: Passkeys,
    private readonly copies: CopyNews,
    private readonly clock: Clock,
  ) {}

  /** The passkey that an answer names; null where there is none. @throws Unavailable */
  named({ id }: Assertion): Promise<Passkey | null> {
    return this.passkeys.withCredential(id);
  }

  /** @throws Unavailable */
  async check(answer: PasskeyAnswer): Promise<PasskeyCheckOutcome> {
    const { assertion, passkey, holder, userVerification, origin, readmits = false } = answer;
    if (passkey === null) return { outcome: 'wrong', reason: 'unknown' };
    const { userHandle } = assertion.response;
    if (userHandle !== undefined && userHandle !== handleOf(passkey.userId))
      return { outcome: 'wrong', reason: 'handle' };
    const asked = { holder, userVerification };
    const verified = await this.ceremonies.verifyUse(assertion, passkey.publicKey, asked);
    if (verified.outcome === 'no') return { outcome: 'wrong', reason: verified.reason };
    if (passkey.suspendedAt !== null && !readmits) return { outcome: 'wrong', reason: 'suspended' };
    if (!this.passkeys.isOfThisHost(passkey)) return { outcome: 'wrong', reason: 'elsewhere' };
    const shown = new ShownPasskey({
      passkey,
      use: verified.value,
      at: this.clock.now(),
      readmits,
      useChallenge: manager => this.ceremonies.useUp(assertion, manager),
      onCopy: manager => this.copies.tell(manager, passkey, origin),
    });
    return { outcome: 'right', shown };
  }
}
