import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSource } from 'typeorm';

/**
 * Settings of a SQLite connection that last as long as it does.
 *
 * `synchronous = FULL`: with the default of WAL mode, a power cut could bring a revoked session back.
 * `mmap_size`, `cache_size`: look-ups among a million sessions cost what they cost among a thousand.
 */
export const PRAGMAS = [
  'PRAGMA synchronous = FULL',
  'PRAGMA mmap_size = 1073741824',
  'PRAGMA cache_size = -65536',
  'PRAGMA trusted_schema = OFF',
];

/** Opens a SQLite file, or makes it and its folder, and brings its schema up to date. @returns the names of the migrations that were applied. */
export async function migrateSqlite(dataSource: DataSource): Promise<readonly string[]> {
  mkdirSync(dirname(String(dataSource.options.database)), { recursive: true, mode: 0o700 });
  await dataSource.initialize();
  for (const pragma of PRAGMAS) await dataSource.query(pragma);
  // Two servers that start together: the second one waits for the first one's lock, then finds nothing to do.
  await dataSource.query('BEGIN IMMEDIATE');
  try {
    const applied = await dataSource.runMigrations({ transaction: 'none' });
    await dataSource.query('COMMIT');
    return applied.map(({ name }) => name);
  } catch (error) {
    await dataSource.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
