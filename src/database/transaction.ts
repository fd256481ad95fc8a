import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, type Instant, SystemClock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { happensAt } from './instant-of.js';
import { isPostgres } from './locks.js';
import { PostgresWrites } from './postgres-writes.js';
import { SqliteWrites } from './sqlite-writes.js';
import type { Whose } from './write-line.js';

/** Rows that are of no use once the instant in `column` has passed. Names of our own tables, never input. */
export interface OldRows {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  /** What must hold beside it. */
  readonly only?: string;
}

/**
 * The only way to write. On SQLite every write waits for the one before it; on PostgreSQL each transaction has
 * a connection of its own and others run beside it, so what must not change meanwhile is locked (`locks.ts`).
 * Who has to wait stands in one line, bounded in time (`write-line.ts`). Reads do not wait.
 */
@Injectable()
export class Transaction implements BeforeApplicationShutdown {
  private readonly engine: SqliteWrites | PostgresWrites;
  private slack: () => Duration = () => 0;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    dataSource: DataSource,
    private readonly clock: Clock = new SystemClock(),
  ) {
    this.engine = isPostgres(dataSource.manager)
      ? new PostgresWrites(dataSource)
      : new SqliteWrites(dataSource);
  }

  /**
   * Says how long a write may wait for others while whoever asked for it would have to wait for something else; 0 while
   * nothing is scarce. Once, when the program starts; without it nothing waits.
   */
  whileBusy(slack: () => Duration): void {
    this.slack = slack;
  }

  /**
   * Runs `work` in a transaction: all of it is kept, or nothing where it throws. Inside, await only the
   * stores, one statement after the other: others may wait meanwhile. All of it has one instant (`instant-of.ts`).
   * @param whose who waits for it: people come before visitors.
   * @param patient whether it may wait for other writes while the server is busy, so that SQLite goes to the disk once for all.
   * @throws what `work` throws, the driver's error where the database cannot answer, and Unavailable where the line is
   * so long that its turn does not come within two seconds: it is not done then.
   */
  run<T>(work: (manager: EntityManager) => Promise<T>, whose: Whose = 'person', patient = false): Promise<T> {
    const dated = (manager: EntityManager) => {
      happensAt(manager, this.clock.now());
      return work(manager);
    };
    return this.kept(this.engine.run(dated, { whose, patience: patient ? this.slack() : 0 }));
  }

  /**
   * Runs one statement; otherwise as {@link run}. On PostgreSQL it has a transaction around it as well where a pooler stands
   * between: that may answer a lone statement before it is kept, and how a transaction works is said at its beginning,
   * whatever the role or the pooler says. What `statement` does beside it need not be undone where it throws.
   */
  one<T>(
    statement: (manager: EntityManager) => Promise<T>,
    whose: Whose = 'person',
    patient = false,
  ): Promise<T> {
    return this.kept(this.engine.one(statement, { whose, patience: patient ? this.slack() : 0 }));
  }

  /**
   * Resolves at once where the last writes were kept. After one that was not, it proves that there is room for more.
   * @throws the driver's error where there is none.
   */
  async proveRoom(): Promise<void> {
    if (this.engine instanceof SqliteWrites) await this.engine.proveRoom();
  }

  /**
   * Deletes at most `most` rows of a table whose time in `column` has come. Several nodes may do so at once. On PostgreSQL the
   * keys are an array, which is made once: a sub-select that skips locked rows may be run again for each row of the table, by
   * the plan that is taken, and gives others each time.
   * @returns how many it deleted.
   */
  deleteOld({ table, key, column, only = 'TRUE' }: OldRows, until: Instant, most: number): Promise<number> {
    return this.run(async manager => {
      const old = `SELECT ${key} FROM ${table} WHERE ${column} <= $1 AND ${only} LIMIT $2`;
      const these = isPostgres(manager) ? `= ANY (ARRAY(${old} FOR UPDATE SKIP LOCKED))` : `IN (${old})`;
      const statement = `DELETE FROM ${table} WHERE ${key} ${these}`;
      const done = await manager.queryRunner?.query(statement, [until, most], true);
      return done?.affected ?? 0;
    }, 'server');
  }

  /** Resolves when everything asked for so far is written. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  /** Before the database is closed: what nobody waits for, such as a mail about a password that rests, would be lost. */
  beforeApplicationShutdown(): Promise<void> {
    return this.settled();
  }

  private kept<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    const done = () => void this.underWay.delete(work);
    work.then(done, done);
    return work;
  }
}
