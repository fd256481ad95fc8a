import { type EntityManager, In } from 'typeorm';
import { takeTurn } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { type Count, NOTHING, forgottenAt, spendAt } from './attempt-policy.js';
import { AttemptStore, type Budget, type CountOutcome } from './attempt-store.js';
import { Attempts } from './attempts.entity.js';

/** Counters of failures in the SQL database. */
export class SqlAttemptStore extends AttemptStore {
  constructor(private readonly transaction: Transaction) {
    super();
  }

  count(budgets: readonly Budget[], now: Instant): Promise<CountOutcome> {
    return this.inTurn(budgets, async manager => {
      const found = await manager.findBy(Attempts, { budget: In(budgets.map(({ key }) => key)) });
      const counted = budgets.map(({ key }): Count => found.find(({ budget }) => budget === key) ?? NOTHING);
      const done = spendAt(budgets, counted, now);
      const counts = done.outcome === 'refused' ? done.setRight : done.counts;
      const rows = budgets.map((budget, index) => rowOf(budget, counts?.[index] ?? NOTHING));
      if (counts !== null) await manager.upsert(Attempts, rows, ['budget']);
      return done;
    });
  }

  async giveBack(cleared: readonly Budget[], refunded: readonly Budget[]): Promise<void> {
    const oneLess = { failures: () => 'failures - 1' };
    await this.inTurn([...cleared, ...refunded], async manager => {
      if (cleared.length > 0) await manager.delete(Attempts, { budget: In(cleared.map(({ key }) => key)) });
      for (const { key } of refunded) await manager.update(Attempts, { budget: key }, oneLess);
    });
  }

  private inTurn<T>(budgets: readonly Budget[], work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction
      .run(async manager => {
        await takeTurn(manager, ...budgets.map(({ key }) => key));
        return work(manager);
      })
      .catch((error: unknown) => {
        throw asUnavailable(error);
      });
  }
}

const rowOf = ({ key, policy }: Budget, count: Count): Attempts =>
  Object.assign(new Attempts(), { budget: key, ...count, forgottenAt: forgottenAt(count, policy) });
