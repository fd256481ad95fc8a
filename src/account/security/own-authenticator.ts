import { Injectable } from '@nestjs/common';
import { START_AGAIN } from '../../auth/auth.words.js';
import { ChangeFactors } from '../../auth/change-factors.js';
import type { Entrant } from '../../auth/entrance.js';
import type { FormRefusal } from '../../http/refused-form.js';
import { minutes, seconds } from '../../kernel/durations.js';
import type { CurrentPerson } from '../../kernel/principal.js';
import { Authenticators } from '../../second-factor/authenticators.js';
import { Enrolment } from '../../second-factor/enrolment.js';
import { AN_AUTHENTICATOR, ENTER_CODE, WRONG_CODE } from '../../second-factor/second-factor.words.js';
import type { Entry } from '../../sessions/entry.js';
import { FormBudget } from '../../throttle/form-budget.js';
import { tooOften } from '../../throttle/too-often.js';
import { ELSEWHERE, lossRefusalOf } from './loss-refusal.js';
import {
  APP_ADDED,
  APP_ADMITTED,
  FIRST_APP_ADDED,
  APP_REMOVED,
  APP_REPLACED,
  NOTHING_DONE,
} from './security.words.js';

/** What came of a form: what is said on the next page, or why it is shown again. */
export type OwnFactorOutcome<Done = { readonly entry: Entry }> =
  ({ readonly outcome: 'done'; readonly said: string } & Done) | ({ readonly outcome: 'no' } & FormRefusal);

/** What the form of a new authenticator holds. */
export interface NewAuthenticatorForm {
  readonly person: CurrentPerson;
  readonly pending: string;
  readonly code: string;
}

/** Codes of a suspended app that may be tried: it opens nothing, but who guesses may as well be slow. */
const READMISSIONS = {
  name: 'readmit',
  ...{ free: 5, firstDelay: seconds(30), longestDelay: minutes(15), memory: minutes(60) },
};

/** Lets a signed-in person add, remove and admit again their authenticator app. */
@Injectable()
export class OwnAuthenticator {
  constructor(
    private readonly enrolment: Enrolment,
    private readonly authenticators: Authenticators,
    private readonly changes: ChangeFactors,
    private readonly budget: FormBudget,
  ) {}

  /** As {@link Enrolment.begin}, and whether it is to take the place of another one. @throws Unavailable */
  async begin(person: CurrentPerson, pending: string | null = null) {
    const replaces = (await this.authenticators.find(person.id)) !== null;
    return { replaces, ...this.enrolment.begin(person, pending) };
  }

  /**
   * The secret of a form that was kept while its person confirmed who they are: an app may have it already. Where it is too
   * old by now a new one, and the page says so. @param pending undefined: none was kept. @throws Unavailable
   */
  async beginOrKeep(person: CurrentPerson, pending: string | undefined) {
    const begun = await this.begin(person, pending ?? null);
    return pending === undefined || begun.pending === pending ? begun : { ...begun, error: START_AGAIN };
  }

  /** Adds it, in the place of the one before. @throws Unavailable */
  async add(entrant: Entrant, { person, pending, code }: NewAuthenticatorForm): Promise<OwnFactorOutcome> {
    if (code.trim() === '') return { outcome: 'no', errors: { code: ENTER_CODE } };
    const shown = this.enrolment.check(person, pending, code);
    if (shown === 'over') return { outcome: 'no', sentence: START_AGAIN };
    if (shown === 'wrong') return { outcome: 'no', errors: { code: WRONG_CODE } };
    const before = await this.authenticators.find(person.id);
    const done = await this.changes.add(entrant, {
      ...{ person, factor: AN_AUTHENTICATOR, method: this.authenticators.name, amr: ['otp'] },
      change: manager => this.authenticators.set(manager, person.id, shown),
    });
    if (done.outcome !== 'added') return { outcome: 'no', errors: { code: WRONG_CODE } };
    const first = person.secondFactorAt === null ? FIRST_APP_ADDED : APP_ADDED;
    return { outcome: 'done', said: before === null ? first : APP_REPLACED, entry: done.entry };
  }

  /** Removes it, unless nothing would be left. @throws Unavailable */
  async remove(entrant: Entrant, person: CurrentPerson): Promise<OwnFactorOutcome<object>> {
    const { outcome } = await this.changes.remove(entrant, {
      ...{ person, factor: AN_AUTHENTICATOR, method: this.authenticators.name },
      loss: manager => this.authenticators.count(manager, person.id),
      change: manager => this.authenticators.remove(manager, person.id),
    });
    if (outcome === 'removed') return { outcome: 'done', said: APP_REMOVED };
    return outcome === 'not-now' ? { outcome: 'done', said: NOTHING_DONE } : lossRefusalOf(outcome);
  }

  /** Admits a suspended one again, for whoever shows its code. @throws Unavailable */
  async readmit(entrant: Entrant, person: CurrentPerson, code: string): Promise<OwnFactorOutcome> {
    const found = await this.authenticators.find(person.id);
    // The page that is shown again has no field for it then.
    if (found === null || found.suspendedAt === null) return { outcome: 'no', sentence: ELSEWHERE };
    if (code.trim() === '') return { outcome: 'no', errors: { code: ENTER_CODE } };
    const wait = await this.budget.use(READMISSIONS, { account: person.id });
    if (wait !== null) return { outcome: 'no', ...tooOften(wait) };
    const shown = await this.authenticators.checkSuspended(person.id, code);
    if (shown === null) return { outcome: 'no', errors: { code: WRONG_CODE } };
    const { amr, method, use: change } = shown;
    const addition = { person, factor: AN_AUTHENTICATOR, method, amr, change, readmits: true };
    const done = await this.changes.add(entrant, addition);
    if (done.outcome !== 'added') return { outcome: 'no', sentence: ELSEWHERE };
    return { outcome: 'done', said: APP_ADMITTED, entry: done.entry };
  }
}
