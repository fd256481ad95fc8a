import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { isLocked } from './store-failure.js';

/** Rows that are of no use once the instant in `column` has passed. Names of our own tables, never input. */
export interface OldRows {
  readonly table: string;
  readonly key: string;
  readonly column: string;
}

/**
 * The only way to write. On SQLite all of TypeORM's work shares one connection, so two transactions would
 * nest and a write beside a transaction would be rolled back with it, although its caller was told it is
 * kept. Here every write waits for the one before it. Reads do not wait.
 */
@Injectable()
export class Transaction {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in a transaction: all of it is kept, or nothing where it throws. Inside, await only the
   * database: everybody else's writes wait meanwhile.
   * @throws what `work` throws, and the driver's error where the database cannot answer.
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    let begun = false;
    const attempt = () =>
      this.dataSource.transaction(async manager => {
        await manager.query(TAKE_WRITE_LOCK);
        begun = true;
        return work(manager);
      });
    return this.inTurn(() => patiently(attempt, () => !begun));
  }

  /** Runs one statement that needs no transaction around it, in turn with the transactions. */
  one<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const attempt = () => statement(this.dataSource.manager);
    return this.inTurn(() => patiently(attempt, () => true));
  }

  /**
   * Deletes at most `most` rows of a table whose time in `column` has come.
   * @returns how many it deleted.
   */
  deleteOld({ table, key, column }: OldRows, until: Instant, most: number): Promise<number> {
    const old = `SELECT ${key} FROM ${table} WHERE ${column} <= $1 LIMIT $2`;
    return this.run(async manager => {
      const statement = `DELETE FROM ${table} WHERE ${key} IN (${old})`;
      const done = await manager.queryRunner?.query(statement, [until, most], true);
      return done?.affected ?? 0;
    });
  }

  /** Resolves when everything asked for so far is written: for an orderly end of the process. */
  async settled(): Promise<void> {
    await this.last;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/**
 * Changes nothing, but makes SQLite wait here for another process' write. TypeORM begins transactions without
 * the lock; one that had read by the time another process wrote would fail at its first write, at once.
 */
const TAKE_WRITE_LOCK = 'UPDATE migrations SET name = name WHERE 1 = 0';

/** How long a write waits for other processes on the same file. */
const PATIENCE: Duration = seconds(2);

/**
 * Tries again while another process writes. SQLite does so by itself, but not when a read of our own is under
 * way on the connection: then it says at once that the database is locked.
 */
async function patiently<T>(attempt: () => Promise<T>, mayRepeat: () => boolean): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || !mayRepeat() || performance.now() - start > PATIENCE) throw error;
      await pause(2);
    }
  }
}
