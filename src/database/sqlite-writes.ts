import { Logger } from '@nestjs/common';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { type Duration, seconds } from '../kernel/durations.js';
import { type Ending, type WaitingWrite, writeTogether } from './group-of-writes.js';
import { SqliteConnection } from './sqlite-connection.js';
import { isLocked, isStoreFailure } from './store-failure.js';
import { whileLocked } from './while-locked.js';
import { type Place, type Whose, WriteLine } from './write-line.js';

/** How often it is looked whether something can be written again, after a write that failed. */
const LOOK_AGAIN: Duration = seconds(1);

/** The most writes that are kept together, so that a failing disk takes few with it. */
const MOST_TOGETHER = 32;

/** After so long nobody else is taken along: who was first waits for all. */
const LONGEST_TOGETHER: Duration = 100;

/**
 * All writes to a SQLite file, one after the other. All of TypeORM's work shares one connection there, so two transactions
 * would nest, and a write beside a transaction would be rolled back with it, although its caller was told that it is
 * kept. Those that wait at the same time are kept together: one transaction, one journey to the disk, each in a savepoint of
 * its own, and nobody hears of theirs before all are kept.
 *
 * It knows whether they are kept: after one that failed because of
 * the machine (a full disk, say) it says so in the log, once, and looks every second whether there is room again.
 * What is asked for meanwhile is tried all the same, and what succeeds is kept.
 */
export class SqliteWrites {
  private readonly logger = new Logger('Database');
  private readonly line = new WriteLine<WaitingWrite>({ all: 1, visitors: 1 });
  private readonly connection: SqliteConnection;
  private inTrouble = false;
  /** Has the write that waits for others begin. */
  private begin: () => void = () => undefined;

  constructor(private readonly dataSource: DataSource) {
    this.connection = new SqliteConnection(dataSource);
  }

  /** Runs `work` in a transaction, of its own or together with others. @throws Unavailable where its turn did not come in time. */
  run<T>(work: (manager: EntityManager) => Promise<T>, { whose, patience }: Place): Promise<T> {
    return this.write(work, whose, { isOne: false, patience });
  }

  /** Runs one statement, outside a transaction where nobody else writes. @throws as {@link run}. */
  one<T>(statement: (manager: EntityManager) => Promise<T>, { whose, patience }: Place): Promise<T> {
    return this.write(statement, whose, { isOne: true, patience });
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

  private write<T>(
    work: (manager: EntityManager) => Promise<T>,
    whose: Whose,
    how: Pick<WaitingWrite, 'isOne' | 'patience'>,
  ): Promise<T> {
    const written = new Promise<T>((resolve, failed) => {
      const write: WaitingWrite = {
        ...how,
        failed,
        work: async manager => {
          const result = await work(manager);
          return () => resolve(result);
        },
      };
      // The server's own transactions may be long: nobody's answer waits for them.
      const mayComeAlong = whose !== 'server' || how.isOne;
      this.line.enter(whose, until => this.lead(write, until), mayComeAlong ? write : null).catch(failed);
      if (how.patience === 0 || this.line.length >= MOST_TOGETHER) this.begin();
    });
    return this.noticing(written);
  }

  /** Does a write whose turn it is, and those that wait. Never throws: each is told how its own went. */
  private async lead(first: WaitingWrite, until: number): Promise<void> {
    await this.company(first);
    const done: [WaitingWrite, Ending][] = [];
    try {
      await (first.isOne && this.line.length === 0
        ? this.alone(first, until, done)
        : this.together(first, until, done));
    } catch (error) {
      if (isOfTheMachine(error)) this.report(error.message);
      for (const write of new Set([first, ...done.map(([each]) => each)])) write.failed(error);
      return;
    }
    for (const [, tell] of done) tell();
  }

  private async alone(first: WaitingWrite, until: number, done: [WaitingWrite, Ending][]): Promise<void> {
    const attempt = () => this.connection.statement(first.work);
    done.push([first, await whileLocked(attempt, () => true, until)]);
  }

  private async together(first: WaitingWrite, until: number, done: [WaitingWrite, Ending][]): Promise<void> {
    let begunAt: number | null = null;
    const next = () => {
      const isLate = performance.now() - (begunAt ?? 0) > LONGEST_TOGETHER;
      // While the machine fails, everybody is alone: what one could not keep is no other one's loss.
      const isFull = isLate || this.inTrouble || done.length >= MOST_TOGETHER;
      return isFull ? null : this.line.takeAlong();
    };
    const attempt = () =>
      this.connection.transaction(manager => {
        begunAt = performance.now();
        return writeTogether(manager, first, { next, done });
      });
    await whileLocked(attempt, () => begunAt === null, until);
  }

  /** Resolves when a write has waited for others as long as it may, or one comes that may not wait. */
  private async company({ patience }: WaitingWrite): Promise<void> {
    if (patience === 0 || this.line.length > 0) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, patience);
      this.begin = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.begin = () => undefined;
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
