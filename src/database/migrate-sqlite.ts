import type { DataSource } from 'typeorm';
import { BEGIN_AT_ONCE, setUpSqlite, SqliteConnection } from './sqlite-connection.js';

/** Opens a SQLite file and brings its schema up to date. @returns the names of the migrations that were applied. */
export async function migrateSqlite(dataSource: DataSource): Promise<readonly string[]> {
  await dataSource.initialize();
  await setUpSqlite(dataSource);
  // Two servers that start together: the second one waits for the first one's lock, then finds nothing to do.
  const applied = await new SqliteConnection(dataSource).transaction(
    () => dataSource.runMigrations({ transaction: 'none' }),
    BEGIN_AT_ONCE,
  );
  return applied.map(({ name }) => name);
}
