import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import type { BudgetPolicy } from './attempt-policy.js';

/** A budget to count against: a key that says nothing of what is counted, and its policy. */
export interface Budget {
  readonly key: string;
  readonly policy: BudgetPolicy;
}

/**
 * Counters of failures. A restart does not clear them, and all nodes share them. These comments are the contract;
 * `test/contracts/attempt-store.contract.ts` runs it against every store. A store that cannot answer throws
 * `Unavailable`.
 */
export abstract class AttemptStore {
  /**
   * Counts one failure against every budget, unless one of them allows none now; then it counts nothing. In one
   * step, so that of many who come at once no more pass than a budget has left.
   * @returns how long until the next attempt is allowed; null where this one was.
   */
  abstract spend(budgets: readonly Budget[], now: Instant): Promise<Duration | null>;

  /** Takes back what {@link spend} counted: everything against `cleared`, one failure against `refunded`. */
  abstract giveBack(cleared: readonly Budget[], refunded: readonly Budget[], now: Instant): Promise<void>;
}
