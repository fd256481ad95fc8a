import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSource } from 'typeorm';
import { schemaOf } from './schema-state.js';
import { askAgainSoon, BEGIN_AT_ONCE, setUpSqlite, SqliteConnection } from './sqlite-connection.js';

/** Opens a SQLite file, or makes it and its folder, and brings its schema up to date. @returns the names of the migrations that were applied. */
export async function migrateSqlite(dataSource: DataSource): Promise<readonly string[]> {
  mkdirSync(dirname(String(dataSource.options.database)), { recursive: true, mode: 0o700 });
  await dataSource.initialize();
  await setUpSqlite(dataSource);
  // Two servers that start together: the second one waits for the first one's lock, then finds nothing to do.
  const applied = await new SqliteConnection(dataSource).transaction(async () => {
    await schemaOf(dataSource);
    return dataSource.runMigrations({ transaction: 'none' });
  }, BEGIN_AT_ONCE);
  await askAgainSoon(dataSource);
  return applied.map(({ name }) => name);
}
