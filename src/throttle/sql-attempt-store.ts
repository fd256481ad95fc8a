import { type DataSource, type EntityManager, In } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import type { Whose } from '../database/write-line.js';
import { takeTurn } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { type Count, NOTHING, forgottenAt, refusalAt, spendAt } from './attempt-policy.js';
import { AttemptStore, type Budget, type CountOutcome } from './attempt-store.js';
import { Attempts } from './attempts.entity.js';

/** Counters of failures in the SQL database. */
export class SqlAttemptStore extends AttemptStore {
  private readonly lookUp: BatchedLookUp<Count>;

  constructor(
    dataSource: DataSource,
    private readonly transaction: Transaction,
  ) {
    super();
    this.lookUp = countLookUp(dataSource);
  }

  async count(budgets: readonly Budget[], now: Instant, whose: Whose = 'visitor'): Promise<CountOutcome> {
    const counted = await Promise.all(budgets.map(({ key }) => this.lookUp.find(key)));
    const refusal = refusalAt(
      budgets,
      counted.map(count => count ?? NOTHING),
      now,
    );
    if (refusal !== null) return refusal;
    return this.inTurn(budgets, whose, async manager => {
      const found = await manager.findBy(Attempts, { budget: In(budgets.map(({ key }) => key)) });
      const counted = budgets.map(({ key }): Count => found.find(({ budget }) => budget === key) ?? NOTHING);
      const done = spendAt(budgets, counted, now);
      const counts = done.outcome === 'refused' ? done.setRight : done.counts;
      const rows = budgets.map((budget, index) => rowOf(budget, counts?.[index] ?? NOTHING));
      if (counts !== null) await manager.upsert(Attempts, rows, ['budget']);
      return done;
    });
  }

  async giveBack(
    cleared: readonly Budget[],
    refunded: readonly Budget[],
    _now: Instant,
    whose: Whose = 'person',
  ): Promise<void> {
    const oneLess = { failures: () => 'failures - 1' };
    await this.inTurn([...cleared, ...refunded], whose, async manager => {
      if (cleared.length > 0) await manager.delete(Attempts, { budget: In(cleared.map(({ key }) => key)) });
      for (const { key } of refunded) await manager.update(Attempts, { budget: key }, oneLess);
    });
  }

  private inTurn<T>(
    budgets: readonly Budget[],
    whose: Whose,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const counting = async (manager: EntityManager) => {
      await takeTurn(manager, ...budgets.map(({ key }) => key));
      return work(manager);
    };
    return this.transaction.run(counting, whose).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }
}

/** Looks counts up outside every transaction: many requests in one statement. */
function countLookUp(dataSource: DataSource): BatchedLookUp<Count> {
  const columns = ['a.budget', 'a.failures', 'a.last_at'];
  const query = jsonRowsQuery(dataSource, { columns, from: 'attempts a', key: 'a.budget', where: 'true' });
  return new BatchedLookUp(async keys => {
    const rows = await readJsonRows<CountRow>(dataSource, query, keys);
    return new Map(rows.map(row => [row.budget, { failures: row.failures, lastAt: row.last_at }]));
  });
}

/** A count, as JSON gives it. */
interface CountRow {
  readonly budget: string;
  readonly failures: number;
  readonly last_at: number;
}

const rowOf = ({ key, policy }: Budget, count: Count): Attempts =>
  Object.assign(new Attempts(), { budget: key, ...count, forgottenAt: forgottenAt(count, policy) });
