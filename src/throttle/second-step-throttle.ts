import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret, digestOf } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import { type BudgetKind, BUDGETS } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';
import type { AdmittedAttempt, Guess } from './sign-in-throttle.js';

/** Who shows a factor of which account. */
export interface FactorGuess extends Pick<Guess, 'ip' | 'knownDevice'> {
  readonly account: string;
}

export type FactorAdmission =
  /** Check it, then say how it went with `attempt`. */
  | {
      readonly outcome: 'admitted';
      /** Where it fails, it is the one of which the owner is told: so many in a row, over however many steps. */
      readonly alarm: boolean;
      readonly attempt: Omit<AdmittedAttempt, 'halfway'>;
    }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/**
 * Makes guessing second factors slow, in budgets of their own: they add up over steps, codes, recovery codes and keys, and
 * neither a right password nor a mailed reset gives any back. As with passwords, a device that has signed in before is
 * counted by itself alone, so that nobody who knows the password can lock the owner out (ASVS 6.1.1, 6.6.3).
 */
@Injectable()
export class SecondStepThrottle {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /** Counts a guess as failed before it is checked, so that parallel ones cannot outrun the count. @throws Unavailable */
  async admit(guess: FactorGuess): Promise<FactorAdmission> {
    const { own, shared, woken } = this.budgetsOf(guess);
    const done = await this.store.count([...own, ...shared], this.clock.now(), { whose: 'person' });
    if (done.outcome === 'refused') return { outcome: 'throttled', retryAfter: done.retryAfter };
    const { spent, alarm } = done;
    const counted = [...own, ...shared].filter(({ quiet = false }) => !(quiet && spent));
    const attempt = {
      succeeded: (within?: EntityManager) =>
        this.store.giveBack([...own, ...woken], shared, this.clock.now(), { within: within ?? null }),
      abandoned: () => this.store.giveBack([], counted, this.clock.now(), { whose: 'server' }),
    };
    return { outcome: 'admitted', alarm, attempt };
  }

  /** As those of `SignInThrottle`: `woken` ones count nothing, and are cleared by a success. */
  private budgetsOf({ account, ip, knownDevice }: FactorGuess): {
    readonly own: readonly Budget[];
    readonly shared: readonly Budget[];
    readonly woken: readonly Budget[];
  } {
    const row = rowOf(account);
    if (knownDevice !== null)
      return {
        own: [this.budget('second-step-known-device', account, knownDevice)],
        shared: [],
        woken: [row],
      };
    return {
      own: [this.budget('second-step', account), row],
      shared: [this.budget('second-step-address', addressBlock(ip))],
      woken: [],
    };
  }

  private budget(kind: BudgetKind, ...what: readonly string[]): Budget {
    return {
      key: deriveSecret(this.secrets.first('attempt budgets'), JSON.stringify([kind, ...what])),
      policy: BUDGETS[kind],
    };
  }
}

/** Under no secret, as how often a password was wrong: it lasts longer than any. */
const rowOf = (account: string): Budget => ({
  key: digestOf(JSON.stringify(['gatehouse attempts of a second factor', account])),
  ...{ policy: BUDGETS['second-step-row'], quiet: true, alarms: true },
});
