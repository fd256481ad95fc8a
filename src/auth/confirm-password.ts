import { Injectable } from '@nestjs/common';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Entry } from '../sessions/entry.js';
import type { Proof } from '../sessions/proof.js';
import { ENTER_PASSWORD, NOT_YOUR_PASSWORD } from './auth.words.js';
import { Entrance, type Entrant } from './entrance.js';
import { SignIn } from './sign-in.js';
import { refusalOf, type Refusal } from './refusal.js';

export type ConfirmOutcome = { readonly outcome: 'confirmed'; readonly proof: Proof } | Refusal;

/** Lets a signed-in person prove once more that they know the password; counted like any sign-in. */
@Injectable()
export class ConfirmPassword {
  constructor(
    private readonly signIn: SignIn,
    private readonly entrance: Entrance,
  ) {}

  /**
   * Counted against this browser, or else against this session: whatever strangers do to the account or from the same
   * address, its owner can go on. @throws Unavailable
   */
  async check(entrant: Entrant, person: CurrentPerson, password: string): Promise<ConfirmOutcome> {
    // An empty field is no guess.
    if (password === '') return { outcome: 'no', status: 401, sentence: ENTER_PASSWORD, retryAfter: null };
    const { origin, session } = entrant;
    const here = `session ${session?.publicId ?? ''}`;
    const outcome = await this.signIn.attempt({
      login: person.username,
      password,
      origin,
      purpose: 'confirm',
      knownDevice: userId => entrant.knownDevice(userId) ?? here,
    });
    if (outcome.outcome === 'welcome') return { outcome: 'confirmed', proof: outcome.proof };
    return refusalOf(outcome, NOT_YOUR_PASSWORD);
  }

  /**
   * The same, and their sign-in goes on under a new id.
   * @returns what their browser is to get; null where the session ended meanwhile. @throws Unavailable
   */
  async renew(
    entrant: Entrant,
    person: CurrentPerson,
    password: string,
  ): Promise<{ readonly outcome: 'confirmed'; readonly entry: Entry | null } | Refusal> {
    const checked = await this.check(entrant, person, password);
    if (checked.outcome === 'no') return checked;
    const entry = await this.entrance.renew(entrant, { person, proof: checked.proof });
    return { outcome: 'confirmed', entry };
  }
}
