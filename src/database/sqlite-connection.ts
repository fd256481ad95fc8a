import { existsSync } from 'node:fs';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { SqliteDriver } from 'typeorm/driver/sqlite/SqliteDriver.js';
import { SqliteQueryRunner } from 'typeorm/driver/sqlite/SqliteQueryRunner.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { isStoreFailure } from './store-failure.js';

/**
 * Settings of a SQLite connection that last as long as it does.
 *
 * `synchronous = FULL`: with the default of WAL mode, a power cut could bring a revoked session back.
 * `mmap_size`, `cache_size`: look-ups among a million sessions cost what they cost among a thousand.
 */
const PRAGMAS = [
  'PRAGMA synchronous = FULL',
  'PRAGMA mmap_size = 1073741824',
  'PRAGMA cache_size = -65536',
  'PRAGMA trusted_schema = OFF',
];

/** Takes the lock at once, also in a database without a table. */
export const BEGIN_AT_ONCE: readonly string[] = ['BEGIN IMMEDIATE'];

/**
 * The second statement changes nothing, but waits for the lock. In two steps, because processes with many writes to do
 * would otherwise leave each other no moment between them, and somebody would wait for longer than anybody does.
 */
const BEGIN_IN_TURN: readonly string[] = ['BEGIN', 'UPDATE migrations SET name = name WHERE 1 = 0'];

/** A statement waits this long (milliseconds) for another process; `whileLocked` tries again until it is too late. */
const BUSY_MOMENT = 250;

/** How long a start waits for another process: bringing the schema up to date may take long, and nobody's page waits for it. */
export const START_PATIENCE: Duration = minutes(1);

/** From now on another process that writes is waited for as long as a start may take. */
export async function waitAsAStart(dataSource: DataSource): Promise<void> {
  await dataSource.query(`PRAGMA busy_timeout = ${START_PATIENCE}`);
}

/** From now on it is known within a moment that another process is writing, so that nobody waits on past their time. */
export async function askAgainSoon(dataSource: DataSource): Promise<void> {
  await dataSource.query(`PRAGMA busy_timeout = ${BUSY_MOMENT}`);
}

/** Gives a connection that was just opened its settings. */
export async function setUpSqlite(dataSource: DataSource): Promise<void> {
  for (const pragma of PRAGMAS) await dataSource.query(pragma);
}

/**
 * The one connection to a SQLite file, and its transactions. Whether one is open, SQLite alone knows: after a full
 * disk, a failed read or a lack of memory it rolls back by itself, and after other failures it does not
 * (https://www.sqlite.org/lang_transaction.html). So it is asked, and nothing is done on the connection until it has
 * said that none is open. One thing at a time, please: whoever calls this waits for the call before (`WriteLine`).
 */
export class SqliteConnection {
  private isOutside = true;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in a transaction that has the lock for writing from its beginning, so that it waits for the writes of
   * other processes there, and never fails half-way because of one.
   * @param begin how it begins. @throws what `work` throws, and the driver's error.
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>, begin = BEGIN_IN_TURN): Promise<T> {
    return this.outsideAgain(async () => {
      const runner = new CarefulRunner(this.dataSource, 1);
      for (const statement of begin) await runner.query(statement);
      const result = await work(runner.manager);
      await runner.query('COMMIT');
      return result;
    });
  }

  /** Runs one statement that needs no transaction around it, and is in none. */
  statement<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.outsideAgain(() => statement(new CarefulRunner(this.dataSource, 0).manager));
  }

  /** Nothing is done before the connection is known to be outside a transaction, and afterwards it is so again. */
  private async outsideAgain<T>(step: () => Promise<T>): Promise<T> {
    if (!this.isOutside) await this.leaveTransaction();
    try {
      return await step();
    } catch (error) {
      // Where that fails as well, whoever comes next tries again first.
      await this.leaveTransaction().catch(() => undefined);
      throw error;
    }
  }

  /** Rolls back whatever is open, or hears that nothing is; a connection that says neither is opened anew. */
  private async leaveTransaction(): Promise<void> {
    this.isOutside = false;
    try {
      await this.dataSource.query('ROLLBACK');
    } catch (error) {
      if (!saysThatNoneIsOpen(error)) await this.reopen(error);
    }
    this.isOutside = true;
  }

  /** Closing a connection gives up its transaction and its locks. A file that is gone is not made anew, and empty. */
  private async reopen(cause: unknown): Promise<void> {
    const { driver, isInitialized, options } = this.dataSource;
    if (!isInitialized || !existsSync(String(options.database))) throw cause;
    await driver.disconnect().catch((error: unknown) => {
      if (!/\bclosed\b/.test(String(error))) throw error;
    });
    await driver.connect();
    await setUpSqlite(this.dataSource);
    await askAgainSoon(this.dataSource);
  }
}

/**
 * A query runner for one transaction or statement. TypeORM has one for the whole connection and counts transactions
 * in it, and after a failure it counts wrong for ever; this one's count ends with it. And once the machine has failed
 * a statement it asks nothing more: what SQLite has rolled back cannot go on, and would be kept in part.
 */
class CarefulRunner extends SqliteQueryRunner {
  private failure: Error | null = null;

  constructor(dataSource: DataSource, transactionDepth: 0 | 1) {
    if (!(dataSource.driver instanceof SqliteDriver)) throw new TypeError('The database is not SQLite.');
    super(dataSource.driver);
    this.transactionDepth = transactionDepth;
    this.isTransactionActive = transactionDepth === 1;
    dataSource.createEntityManager(this);
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- TypeORM's own signature
  override async query(query: string, values?: unknown[], structured = false): Promise<any> {
    if (this.failure !== null) throw this.failure;
    try {
      return await super.query(query, values, structured);
    } catch (error) {
      if (isStoreFailure(error)) this.failure = error;
      throw error;
    }
  }
}

const saysThatNoneIsOpen = (error: unknown): boolean =>
  error instanceof QueryFailedError && /no transaction is active/.test(error.message);
