import { Injectable } from '@nestjs/common';
import { type AddFactorOutcome, ChangeFactors } from '../auth/change-factors.js';
import type { Entrant } from '../auth/entrance.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Ceremonies, type Holder } from './ceremonies.js';
import { PasskeyCheck } from './passkey-check.js';
import type { Passkey } from './passkey.entity.js';
import { factorCalled } from './passkeys.words.js';
import { parseAssertion } from './responses.js';

/** One that is to be admitted again. */
export interface Readmission {
  readonly person: CurrentPerson;
  readonly passkey: Passkey;
  /** What the page's script sent: `AuthenticationResponseJSON`, or anything else. */
  readonly text: string;
}

/** Admits a passkey again that was suspended, by its owner who shows it. */
@Injectable()
export class ReadmitPasskey {
  constructor(
    private readonly ceremonies: Ceremonies,
    private readonly checks: PasskeyCheck,
    private readonly changes: ChangeFactors,
  ) {}

  /** What the browser is to be asked for. */
  options(entrant: Entrant, passkey: Passkey): object {
    return this.ceremonies.askForUse(holderOf(entrant, passkey), {
      userVerification: 'required',
      among: [passkey],
    });
  }

  /** @throws Unavailable */
  async readmit(
    entrant: Entrant,
    { person, passkey, text }: Readmission,
  ): Promise<AddFactorOutcome | { readonly outcome: 'wrong' }> {
    const assertion = parseAssertion(text);
    if (assertion === null || assertion.id !== passkey.credentialId) return { outcome: 'wrong' };
    const checked = await this.checks.check({
      ...{ assertion, passkey, holder: holderOf(entrant, passkey), origin: entrant.origin },
      ...{ userVerification: 'required', readmits: true },
    });
    if (checked.outcome === 'wrong') return { outcome: 'wrong' };
    const { amr, use: change } = checked.shown;
    const factor = factorCalled(passkey.name);
    return this.changes.add(entrant, { person, factor, method: 'passkey', amr, readmits: true, change });
  }
}

/** Who may answer: this person, in the sign-in that asked. */
const holderOf = ({ session }: Entrant, { id }: Passkey): Holder =>
  `readmitting ${id} in ${session?.publicId ?? ''}`;
