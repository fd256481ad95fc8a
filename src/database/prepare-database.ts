import type { DataSource } from 'typeorm';
import { explainDatabase } from './explain-database.js';
import { migratePostgres } from './migrate-postgres.js';
import { migrateSqlite } from './migrate-sqlite.js';
import { GroundFloor1795000000000 } from './migrations/1795000000000-ground-floor.js';
import { requireOurTables } from './our-tables.js';
import { requireRights } from './fit-postgres.js';

/**
 * Opens the database, sets it up and brings its schema up to date. Nodes that start together do so once.
 * @returns the names of the migrations that were applied.
 * @throws ConfigError that says what to do about it.
 */
export async function prepareDatabase(dataSource: DataSource): Promise<readonly string[]> {
  try {
    const { options } = dataSource;
    const applied =
      options.type === 'postgres' ? await migratePostgres(options) : await migrateSqlite(dataSource);
    if (options.type === 'postgres') {
      await dataSource.initialize();
      await requireRights(dataSource);
    }
    await requireOurTables(dataSource);
    return applied;
  } catch (error) {
    throw explainDatabase(error, dataSource.options);
  }
}

/** Whether the migrations that were applied made a new database, and did not only bring one up to date: the first is among them. */
export const isNew = (applied: readonly string[]): boolean => applied.includes(GroundFloor1795000000000.name);
