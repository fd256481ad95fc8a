import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Challenges } from './challenges.js';
import type { Passkey } from './passkey.entity.js';
import { RelyingParty } from './relying-party.js';
import { newKeyOptions, type Owner, useOptions } from './request-options.js';
import { type Assertion, type Attestation, clientDataIn } from './responses.js';
import { type KeyUse, type NewKey, type Verified, WebAuthn } from './webauthn.js';

/** For whom a challenge is, and for what: who answers it must be the same. See `Challenges.issue`. */
export type Holder = string;

/** What is asked of a passkey: whether it must verify its user, and whose it may be. */
export type AskedUse = Parameters<typeof useOptions>[2];

/** What passes between the server and an authenticator: what it is asked, and whether its answer is right. */
@Injectable()
export class Ceremonies {
  constructor(
    private readonly challenges: Challenges,
    private readonly webauthn: WebAuthn,
    private readonly party: RelyingParty,
  ) {}

  /** Whether browsers make passkeys for this site. */
  get possible(): boolean {
    return this.party.id !== null;
  }

  /** What a browser is to be asked for, so that a passkey is used. */
  askForUse(holder: Holder, asked: AskedUse): object {
    this.webauthn.prepare();
    return useOptions(this.party, this.challenges.issue(holder), asked);
  }

  /** What it is to be asked for, so that one is made. @param others those that the person has at this host. */
  askForNew(holder: Holder, owner: Owner, others: readonly Passkey[]): object {
    this.webauthn.prepare();
    return newKeyOptions(this.party, this.challenges.issue(holder), owner, others);
  }

  /** Whether an answer uses a passkey rightly. Nothing is used up. */
  verifyUse(
    answer: Assertion,
    publicKey: string,
    { holder, userVerification }: Pick<AskedUse, 'userVerification'> & { readonly holder: Holder },
  ): Promise<Verified<KeyUse>> {
    const challenge = (given: string) => this.challenges.isGood(given, holder);
    return this.webauthn.verifyUse(answer, publicKey, { challenge, userVerification });
  }

  /** Whether an answer makes a passkey rightly. Nothing is used up. */
  verifyNew(answer: Attestation, holder: Holder): Promise<Verified<NewKey>> {
    return this.webauthn.verifyNew(answer, { challenge: given => this.challenges.isGood(given, holder) });
  }

  /** Uses up the challenge of an answer, inside a transaction: of many at once one gets true. */
  useUp({ response }: Assertion | Attestation, manager: EntityManager): Promise<boolean> {
    return this.challenges.use(manager, clientDataIn(response.clientDataJSON)?.challenge ?? '');
  }
}
