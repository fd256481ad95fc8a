import type { EntityManager } from 'typeorm';
import type { Standing, Whose } from '../database/write-line.js';
import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import type { Counting } from './attempt-policy.js';

/** A budget to count against: a key that says nothing of what is counted, and its policy. */
export interface Budget extends Counting {
  readonly key: string;
  /** Whoever is counted must not learn that it allows none: it stops nobody, and only says so to the caller. */
  readonly quiet?: boolean;
}

export type CountOutcome =
  /**
   * `spent`: a quiet budget allowed none. Nothing was counted against the quiet ones. `alarm`: this failure is one of which
   * somebody is to be told, the so manieth in a row; of many at once that is one.
   */
  | { readonly outcome: 'counted'; readonly spent: boolean; readonly alarm: number | null }
  /** Nothing was counted. `retryAfter`: how long until the next attempt is allowed. */
  | { readonly outcome: 'refused'; readonly retryAfter: Duration };

/** How something is given back. */
export interface GivingBack {
  /** Before whom it may be done where many write; a person's where nothing else is said. */
  readonly whose?: Whose;
  /** The database transaction to do it in; null: one of its own. A store in another place does it at once. */
  readonly within?: EntityManager | null;
}

/**
 * Counters of failures. A restart does not clear them, and all nodes share them. These comments are the contract;
 * `test/contracts/attempt-store.contract.ts` runs it against every store. A store that cannot answer throws
 * `Unavailable`.
 */
export abstract class AttemptStore {
  /**
   * Counts one failure against every budget, unless one that is not quiet allows none now; then it counts nothing. In
   * one step, so that of many who come at once no more pass than a budget has left. Whoever is refused takes no lock,
   * waits for nobody who writes, and leaves nothing behind.
   * @param how before whom it may be counted where many write, a visitor's where nothing else is said; and how long it
   * may wait for others, not at all where nothing is said.
   */
  abstract count(budgets: readonly Budget[], now: Instant, how?: Partial<Standing>): Promise<CountOutcome>;

  /** {@link count} without quiet budgets. @returns how long until the next attempt is allowed; null where this one was. */
  async spend(budgets: readonly Budget[], now: Instant, whose?: Whose): Promise<Duration | null> {
    const done = await this.count(budgets, now, { whose: whose ?? 'visitor' });
    return done.outcome === 'refused' ? done.retryAfter : null;
  }

  /** How many failures each budget has. Takes no lock. */
  abstract failures(budgets: readonly Budget[], now: Instant): Promise<readonly number[]>;

  /** Takes back what {@link count} counted: everything against `cleared`, one failure against `refunded`. */
  abstract giveBack(
    cleared: readonly Budget[],
    refunded: readonly Budget[],
    now: Instant,
    how?: GivingBack,
  ): Promise<void>;
}
