import { Injectable } from '@nestjs/common';
import type { CurrentPerson } from '../kernel/principal.js';
import type { FormRefusal } from '../http/refused-form.js';
import { Transaction } from '../database/transaction.js';
import type { Answer } from '../second-factor/factor-kinds.js';
import type { Entry } from '../sessions/entry.js';
import type { Proof } from '../sessions/proof.js';
import { ENTER_PASSWORD, NOT_YOUR_PASSWORD } from './auth.words.js';
import { ConfirmFactor } from './confirm-factor.js';
import { Entrance, type Entrant } from './entrance.js';
import { ownBudgetOf } from './own-budget.js';
import { SignIn } from './sign-in.js';
import { refusalOf, type Refusal } from './refusal.js';

export type ConfirmOutcome = { readonly outcome: 'confirmed'; readonly proof: Proof } | Refusal;

/** What somebody confirms with. */
export type Confirmation = Answer['fields'] & { readonly password: string };

export type RenewOutcome =
  | { readonly outcome: 'confirmed'; readonly entry: Entry | null }
  | ({ readonly outcome: 'no' } & FormRefusal);

/** Lets a signed-in person prove once more that they know the password; counted like any sign-in. */
@Injectable()
export class ConfirmPassword {
  constructor(
    private readonly signIn: SignIn,
    private readonly entrance: Entrance,
    private readonly factor: ConfirmFactor,
    private readonly transaction: Transaction,
  ) {}

  /**
   * Counted against this browser, or else against this session: whatever strangers do to the account or from the same
   * address, its owner can go on. @throws Unavailable
   */
  async check(entrant: Entrant, person: CurrentPerson, password: string): Promise<ConfirmOutcome> {
    // An empty field is no guess.
    if (password === '') return { outcome: 'no', status: 401, sentence: ENTER_PASSWORD, retryAfter: null };
    const { origin } = entrant;
    const outcome = await this.signIn.attempt({
      login: person.username,
      password,
      origin,
      purpose: 'confirm',
      knownDevice: () => ownBudgetOf(entrant, person.id),
    });
    if (outcome.outcome !== 'welcome') return refusalOf(outcome, NOT_YOUR_PASSWORD);
    await outcome.attempt.succeeded();
    return { outcome: 'confirmed', proof: outcome.proof };
  }

  /**
   * The same, with the second factor of those who have one, and their sign-in goes on under a new id. Who has no password
   * confirms with a key that verifies them.
   * @returns what their browser is to get; null where the session ended meanwhile. @throws Unavailable
   */
  async renew(
    entrant: Entrant,
    person: CurrentPerson,
    { password, ...fields }: Confirmation,
  ): Promise<RenewOutcome> {
    const isAlone = password === '' && fields.passkey !== undefined;
    const checked = isAlone ? null : await this.check(entrant, person, password);
    if (checked?.outcome === 'no') {
      const { status, sentence, retryAfter } = checked;
      if (status !== 401) return { outcome: 'no', status, sentence, retryAfter };
      return { outcome: 'no', status, errors: { password: sentence } };
    }
    const proved = checked?.proof ?? null;
    const shown = await this.factor.show(entrant, person, { password: proved, fields });
    if (shown.outcome === 'no') return shown;
    const { proof, succeeded, record, unused } = shown;
    let stillIn = false;
    const entry = await this.entrance.takingBack(begun =>
      this.transaction.run(async manager => {
        const renewed = await this.entrance.renew(entrant, { person, proof }, { manager, begun });
        // Last of all, because others wait for these counts; and in here, or a browser could be left with the old id.
        if (renewed !== null) await succeeded(manager);
        else stillIn = await this.entrance.isStillIn(entrant, manager);
        return renewed;
      }),
    );
    // It is the factor that does not do: whoever is sent to sign in would come back here, without a word.
    if (entry === null && stillIn && unused !== null) return unused;
    if (entry !== null) record();
    return { outcome: 'confirmed', entry };
  }
}
