import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import { isPostgres } from './locks.js';
import { SqliteWrites } from './sqlite-writes.js';

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
  /** Null on PostgreSQL. */
  private readonly sqlite: SqliteWrites | null;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly dataSource: DataSource) {
    this.sqlite = isPostgres(dataSource.manager) ? null : new SqliteWrites(dataSource);
  }

  /**
   * Runs `work` in a transaction: all of it is kept, or nothing where it throws. Inside, await only the
   * stores, one statement after the other: others may wait meanwhile.
   * @throws what `work` throws, and the driver's error where the database cannot answer.
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.kept(this.sqlite?.run(work) ?? this.dataSource.transaction(work));
  }

  /**
   * Runs one statement. On PostgreSQL it has a transaction around it as well: a pooler may answer a lone statement
   * before it is kept, and how a transaction works is said at its beginning, whatever the role or the pooler says.
   */
  one<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.kept(this.sqlite?.one(statement) ?? this.dataSource.transaction(statement));
  }

  /**
   * Resolves at once where the last writes were kept. After one that was not, it proves that there is room for more.
   * @throws the driver's error where there is none.
   */
  async proveRoom(): Promise<void> {
    await this.sqlite?.proveRoom();
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
