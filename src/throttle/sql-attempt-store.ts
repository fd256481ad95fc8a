import { type DataSource, type EntityManager, In } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, oneOf, readJsonRows } from '../database/json-rows.js';
import type { Standing } from '../database/write-line.js';
import { takeTurn } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { Unavailable } from '../kernel/unavailable.js';
import { type Count, failuresAt, NOTHING, refusalAt, spendAt } from './attempt-policy.js';
import { AttemptStore, type Budget, type CountOutcome, type GivingBack } from './attempt-store.js';
import { Attempts } from './attempts.entity.js';
import { replaceCounts } from './replace-counts.js';

/** Counters of failures in the SQL database. */
export class SqlAttemptStore extends AttemptStore {
  private readonly lookUp: BatchedLookUp<Count>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
  ) {
    super();
    this.lookUp = countLookUp(dataSource);
  }

  async count(budgets: readonly Budget[], now: Instant, how: Partial<Standing> = {}): Promise<CountOutcome> {
    const counted = await this.read(budgets);
    const refusal = refusalAt(budgets, counted, now);
    if (refusal !== null) return refusal;
    return this.decided(budgets, { counted, now, whose: 'visitor', patient: false, ...how }).catch(rethrow);
  }

  async failures(budgets: readonly Budget[], now: Instant): Promise<readonly number[]> {
    return failuresAt(budgets, await this.read(budgets).catch(rethrow), now);
  }

  giveBack(
    cleared: readonly Budget[],
    refunded: readonly Budget[],
    _now: Instant,
    { whose = 'person', within = null }: GivingBack = {},
  ): Promise<void> {
    const give = async (manager: EntityManager) => {
      await takeTurn(manager, ...keysOf([...cleared, ...refunded]));
      const all = [keysOf(cleared), keysOf([...cleared, ...refunded])].map(keys => JSON.stringify(keys));
      await manager.query(giveBackOn(manager.connection), all);
    };
    return (within === null ? this.transaction.run(give, whose) : give(within)).catch(rethrow);
  }

  /**
   * Counts. Hardly ever does somebody else count against the same between the read and the write, so the write goes by
   * what was read, and is for nothing where that is true no more: then it is looked at again. On SQLite it is one
   * statement, which needs no transaction; on PostgreSQL the turn of these budgets stands around it.
   */
  private async decided(
    budgets: readonly Budget[],
    {
      counted,
      now,
      whose,
      patient,
    }: { readonly counted: readonly Count[]; readonly now: Instant } & Standing,
  ): Promise<CountOutcome> {
    const first = (manager: EntityManager) => decide(manager, budgets, { counted, now });
    const done = this.isPostgres ? null : await this.transaction.one(first, whose, patient);
    if (done !== null) return done;
    return this.transaction.run(
      async manager => {
        await takeTurn(manager, ...keysOf(budgets));
        const early = this.isPostgres ? await first(manager) : null;
        if (early !== null) return early;
        const anew = { counted: await countsIn(manager, budgets), now };
        const again = await decide(manager, budgets, anew);
        if (again === null) throw new Unavailable('The counters of attempts changed out of turn.');
        return again;
      },
      whose,
      patient,
    );
  }

  private read(budgets: readonly Budget[]): Promise<readonly Count[]> {
    return Promise.all(budgets.map(async ({ key }) => (await this.lookUp.find(key)) ?? NOTHING));
  }

  private get isPostgres(): boolean {
    return this.dataSource.options.type === 'postgres';
  }
}

/** Decides by what was counted so far, and writes it down. Null where that is what the database has no more. */
async function decide(
  manager: EntityManager,
  budgets: readonly Budget[],
  { counted, now }: { readonly counted: readonly Count[]; readonly now: Instant },
): Promise<CountOutcome | null> {
  const done = spendAt(budgets, counted, now);
  const counts = done.outcome === 'refused' ? done.setRight : done.counts;
  if (counts === null) return done;
  const recounts = budgets.map((budget, index) => ({
    ...{ budget, from: counted[index] ?? NOTHING, to: counts[index] ?? NOTHING },
  }));
  return (await replaceCounts(manager, recounts)) ? done : null;
}

async function countsIn(manager: EntityManager, budgets: readonly Budget[]): Promise<readonly Count[]> {
  const found = await manager.findBy(Attempts, { budget: In(keysOf(budgets)) });
  return budgets.map(({ key }) => found.find(({ budget }) => budget === key) ?? NOTHING);
}

/** What is cleared says nothing any more, so the next sweep takes it. SQLite numbers values as they come in the text. */
const giveBackOn = (database: DataSource): string => {
  const isCleared = `budget ${oneOf(database, '$1')}`;
  return `
    UPDATE attempts SET
      failures = CASE WHEN ${isCleared} THEN 0 ELSE failures - 1 END,
      last_at = CASE WHEN ${isCleared} THEN 0 ELSE last_at END,
      forgotten_at = CASE WHEN ${isCleared} THEN 0 ELSE forgotten_at END
    WHERE budget ${oneOf(database, '$2')} AND failures > 0`;
};

const keysOf = (budgets: readonly Budget[]): string[] => budgets.map(({ key }) => key);

function rethrow(error: unknown): never {
  throw asUnavailable(error);
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
