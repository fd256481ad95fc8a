import { Logger } from '@nestjs/common';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { type Duration, seconds } from '../kernel/durations.js';
import { SqliteConnection } from './sqlite-connection.js';
import { isLocked, isStoreFailure } from './store-failure.js';
import { whileLocked } from './while-locked.js';
import { type Whose, WriteLine } from './write-line.js';

/** How often it is looked whether something can be written again, after a write that failed. */
const LOOK_AGAIN: Duration = seconds(1);

/**
 * All writes to a SQLite file, one after the other. All of TypeORM's work shares one connection there, so two transactions
 * would nest, and a write beside a transaction would be rolled back with it, although its caller was told that it is
 * kept. It knows whether they are kept: after one that failed because of
 * the machine (a full disk, say) it says so in the log, once, and looks every second whether there is room again.
 * What is asked for meanwhile is tried all the same, and what succeeds is kept.
 */
export class SqliteWrites {
  private readonly logger = new Logger('Database');
  private readonly line = new WriteLine({ all: 1, visitors: 1 });
  private readonly connection: SqliteConnection;
  private inTrouble = false;

  constructor(private readonly dataSource: DataSource) {
    this.connection = new SqliteConnection(dataSource);
  }

  /** Runs `work` in a transaction of its own. @throws Unavailable where its turn did not come in time. */
  run<T>(work: (manager: EntityManager) => Promise<T>, whose: Whose): Promise<T> {
    let begun = false;
    const attempt = () =>
      this.connection.transaction(manager => {
        begun = true;
        return work(manager);
      });
    return this.noticing(this.line.enter(whose, until => whileLocked(attempt, () => !begun, until)));
  }

  /** Runs one statement outside a transaction. @throws as {@link run}. */
  one<T>(statement: (manager: EntityManager) => Promise<T>, whose: Whose): Promise<T> {
    const attempt = () => this.connection.statement(statement);
    return this.noticing(this.line.enter(whose, until => whileLocked(attempt, () => true, until)));
  }

  /**
   * Where the last that failed is not over: proves that there is room again for more than a few bytes. A disk with a
   * page or two left would otherwise be in order and out of order by turns.
   * @throws the driver's error where there is none.
   */
  async proveRoom(): Promise<void> {
    if (!this.inTrouble) return;
    for (const statement of [FILL_ROOM, CLEAR_ROOM]) {
      const write = (manager: EntityManager) => manager.query<unknown>(statement);
      await this.line.enter('server', () => this.connection.transaction(write));
    }
    if (this.inTrouble) this.logger.log({ event: 'sys_database_writable' });
    this.inTrouble = false;
  }

  private async noticing<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      if (isOfTheMachine(error)) this.report(error.message);
      throw error;
    }
  }

  private report(reason: string): void {
    if (this.inTrouble) return;
    this.inTrouble = true;
    this.logger.error({ event: 'sys_database_unwritable', reason });
    this.lookAgain();
  }

  private lookAgain(): void {
    const look = async () => {
      if (!this.dataSource.isInitialized) return;
      await this.proveRoom().catch(() => undefined);
      if (this.inTrouble) this.lookAgain();
    };
    setTimeout(() => void look(), LOOK_AGAIN).unref();
  }
}

/** Not what else fails inside a transaction, nor that another process is at work: its turn will be over. */
const isOfTheMachine = (error: unknown): error is Error =>
  error instanceof QueryFailedError && isStoreFailure(error) && !isLocked(error);

/** 64 kB, which is more than what a sign-in or a registration writes. Kept first, for what is not kept needs no room. */
const FILL_ROOM = `
  INSERT INTO probes (name, mark) VALUES ('room', hex(zeroblob(32768)))
  ON CONFLICT (name) DO UPDATE SET mark = excluded.mark`;

const CLEAR_ROOM = "DELETE FROM probes WHERE name = 'room'";
