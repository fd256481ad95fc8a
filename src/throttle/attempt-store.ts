import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import {
  afterFailure,
  allowedFrom,
  type BudgetPolicy,
  type Count,
  countAt,
  forgottenAt,
  NOTHING,
} from './attempt-policy.js';
import { Attempts } from './attempts.entity.js';

/** A budget to count against: its row's key and its policy. */
export interface Budget {
  readonly key: string;
  readonly policy: BudgetPolicy;
}

/** Counters of failures in the SQL database: a restart does not clear them, and all processes share them. */
@Injectable()
export class AttemptStore {
  constructor(
    private readonly transaction: Transaction,
    sweeper: Sweeper,
  ) {
    const rows = { table: 'attempts', key: 'budget', column: 'forgotten_at' };
    sweeper.add('attempts', (now, most) => transaction.deleteOld(rows, now, most));
  }

  /**
   * Counts one failure against every budget, unless one of them allows none now; then it counts nothing.
   * In one transaction, so that of many who come at once no more pass than a budget has left.
   * @returns how long until the next attempt is allowed; null where this one was.
   * @throws Unavailable
   */
  spend(budgets: readonly Budget[], now: Instant): Promise<Duration | null> {
    return this.transaction
      .run(async manager => {
        const rows = await manager.findBy(Attempts, { budget: In(budgets.map(({ key }) => key)) });
        const counts = budgets.map(budget => ({ ...budget, count: countOf(budget, rows, now) }));
        const allowed = Math.max(...counts.map(({ count, policy }) => allowedFrom(count, policy)));
        if (allowed > now) return allowed - now;
        await manager.upsert(
          Attempts,
          counts.map(({ key, policy, count }) => rowOf(key, policy, afterFailure(count, now))),
          ['budget'],
        );
        return null;
      })
      .catch(rethrow);
  }

  /** Takes back what {@link spend} counted: everything against `cleared`, one failure against `refunded`. */
  async giveBack(cleared: readonly Budget[], refunded: readonly Budget[]): Promise<void> {
    const oneLess = { failures: () => 'failures - 1' };
    await this.transaction
      .run(async manager => {
        if (cleared.length > 0) await manager.delete(Attempts, { budget: In(cleared.map(({ key }) => key)) });
        for (const { key } of refunded) await manager.update(Attempts, { budget: key }, oneLess);
      })
      .catch(rethrow);
  }
}

function countOf({ key, policy }: Budget, rows: readonly Attempts[], now: Instant): Count {
  return countAt(rows.find(row => row.budget === key) ?? NOTHING, policy, now);
}

const rowOf = (budget: string, policy: BudgetPolicy, count: Count): Attempts =>
  Object.assign(new Attempts(), { budget, ...count, forgottenAt: forgottenAt(count, policy) });

function rethrow(error: unknown): never {
  throw asUnavailable(error);
}
