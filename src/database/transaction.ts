import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import { isPostgres } from './locks.js';
import { WriteQueue } from './write-queue.js';

/** Rows that are of no use once the instant in `column` has passed. Names of our own tables, never input. */
export interface OldRows {
  readonly table: string;
  readonly key: string;
  readonly column: string;
}

/**
 * The only way to write. On SQLite every write waits for the one before it; on PostgreSQL each transaction has
 * a connection of its own and others run beside it, so what must not change meanwhile is locked (`locks.ts`).
 * Reads do not wait.
 */
@Injectable()
export class Transaction {
  private readonly queue = new WriteQueue();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in a transaction: all of it is kept, or nothing where it throws. Inside, await only the
   * stores: others may wait meanwhile.
   * @throws what `work` throws, and the driver's error where the database cannot answer.
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (isPostgres(this.dataSource.manager)) return this.kept(this.dataSource.transaction(work));
    let begun = false;
    const attempt = () =>
      this.dataSource.transaction(async manager => {
        await manager.query(TAKE_WRITE_LOCK);
        begun = true;
        return work(manager);
      });
    return this.kept(this.queue.add(attempt, () => !begun));
  }

  /** Runs one statement that needs no transaction around it. */
  one<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const attempt = () => statement(this.dataSource.manager);
    return this.kept(isPostgres(this.dataSource.manager) ? attempt() : this.queue.add(attempt, () => true));
  }

  /**
   * Deletes at most `most` rows of a table whose time in `column` has come. Several nodes may do so at once.
   * @returns how many it deleted.
   */
  deleteOld({ table, key, column }: OldRows, until: Instant, most: number): Promise<number> {
    return this.run(async manager => {
      const unclaimed = isPostgres(manager) ? ' FOR UPDATE SKIP LOCKED' : '';
      const old = `SELECT ${key} FROM ${table} WHERE ${column} <= $1 LIMIT $2${unclaimed}`;
      const statement = `DELETE FROM ${table} WHERE ${key} IN (${old})`;
      const done = await manager.queryRunner?.query(statement, [until, most], true);
      return done?.affected ?? 0;
    });
  }

  /** Resolves when everything asked for so far is written: for an orderly end of the process. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private kept<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    const done = () => void this.underWay.delete(work);
    work.then(done, done);
    return work;
  }
}

/**
 * Changes nothing, but makes SQLite wait here for another process' write. TypeORM begins transactions without
 * the lock; one that had read by the time another process wrote would fail at its first write, at once.
 */
const TAKE_WRITE_LOCK = 'UPDATE migrations SET name = name WHERE 1 = 0';
