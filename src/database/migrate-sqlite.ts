import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { schemaOf } from './schema-state.js';
import {
  askAgainSoon,
  BEGIN_AT_ONCE,
  setUpSqlite,
  SqliteConnection,
  START_PATIENCE,
  waitAsAStart,
} from './sqlite-connection.js';

/** Opens a SQLite file, or makes it and its folder, and brings its schema up to date. @returns the names of the migrations that were applied. */
export async function migrateSqlite(dataSource: DataSource): Promise<readonly string[]> {
  mkdirSync(dirname(String(dataSource.options.database)), { recursive: true, mode: 0o700 });
  await open(dataSource);
  await setUpSqlite(dataSource);
  // Two servers that start together: the second one waits for the first one's lock, then finds nothing to do.
  await waitAsAStart(dataSource);
  const applied = await new SqliteConnection(dataSource).transaction(async () => {
    await schemaOf(dataSource);
    return dataSource.runMigrations({ transaction: 'none' });
  }, BEGIN_AT_ONCE);
  await askAgainSoon(dataSource);
  return applied.map(({ name }) => name);
}

/**
 * Opens the file. Of two processes that make it in the same moment, one is told at once that it is locked: each has read the
 * file, and wants to write that it is in WAL mode from now on.
 */
async function open(dataSource: DataSource): Promise<void> {
  const end = performance.now() + START_PATIENCE;
  for (;;) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      if (!String(error).includes('SQLITE_BUSY') || performance.now() > end) throw error;
      await pause(20);
    }
  }
}
