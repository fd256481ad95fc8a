import { statfsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../config/config-error.js';

/**
 * Settings of a SQLite connection that last as long as it does.
 *
 * `synchronous = FULL`: with the default of WAL mode, a power cut could bring a revoked session back.
 * `mmap_size`, `cache_size`: look-ups among a million sessions cost what they cost among a thousand.
 */
const PRAGMAS = [
  'PRAGMA synchronous = FULL',
  'PRAGMA mmap_size = 1073741824',
  'PRAGMA cache_size = -65536',
  'PRAGMA trusted_schema = OFF',
];

/**
 * Opens the database, sets it up and brings its schema up to date.
 * @returns the names of the migrations that were applied.
 * @throws ConfigError that says what to do about it.
 */
export async function prepareDatabase(dataSource: DataSource): Promise<readonly string[]> {
  try {
    await dataSource.initialize();
    for (const pragma of PRAGMAS) await dataSource.query(pragma);
    return await runMigrations(dataSource);
  } catch (error) {
    throw explained(error, dataSource);
  }
}

/** Two servers that start together: the second one waits for the first one's lock, then finds nothing to do. */
async function runMigrations(dataSource: DataSource): Promise<readonly string[]> {
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

function explained(error: unknown, dataSource: DataSource): Error {
  const said = error instanceof Error ? error.message : String(error);
  const file = String(dataSource.options.database);
  return new ConfigError(
    `The database ${JSON.stringify(file)} cannot be used: ${said}. ${advice(said, file)}`,
  );
}

function advice(said: string, file: string): string {
  if (/FULL/.test(said) || noSpaceFor(file)) return 'The disk is full: free some space and start again.';
  if (/CANTOPEN|READONLY|EACCES|EROFS/.test(said))
    return 'Make the folder writable for this user, or set DATA_DIR.';
  if (/NOTADB|CORRUPT/.test(said)) return 'The file is damaged or no SQLite database: restore a backup.';
  if (/BUSY|LOCKED/.test(said)) return 'Another process holds it: wait for it, or stop it.';
  return 'Mend that and start again.';
}

function noSpaceFor(file: string): boolean {
  try {
    return statfsSync(file).bavail === 0;
  } catch {
    return false;
  }
}
