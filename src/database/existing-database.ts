import { statSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { explainDatabase } from './explain-database.js';
import { setUpSqlite } from './sqlite-connection.js';
import { migrations } from './migrations/all-migrations.js';

/** What stands where a SQLite database is to be: a file, nothing, something else, or something that may not be seen. */
export type FileState = 'there' | 'absent' | 'no file' | 'hidden';

/** Looks, and makes nothing. */
export function stateOfFile(file: string): FileState {
  try {
    return statSync(file).isFile() ? 'there' : 'no file';
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'hidden';
  }
}

/** The options with which SQLite makes no file, and leaves one that is there in the mode it has. */
export const withoutMaking = (options: DataSourceOptions): DataSourceOptions =>
  options.type === 'sqlite'
    ? { ...options, enableWAL: false, flags: sqlite3.OPEN_READWRITE | sqlite3.OPEN_FULLMUTEX }
    : options;

/**
 * How far a schema is: there are no tables of ours, migrations are missing, it is as this version has it, or a later
 * version was at work.
 */
export type SchemaState = 'none' | 'behind' | 'ours' | 'later';

/** Opens a database whose options are {@link withoutMaking} and looks; nothing in it is changed. @throws ConfigError */
export async function openAndLook(database: DataSource): Promise<SchemaState> {
  try {
    await database.initialize();
    if (database.options.type === 'sqlite') await setUpSqlite(database);
    return await schemaOf(database);
  } catch (error) {
    throw explainDatabase(error, database.options);
  }
}

/** How far the schema of an open database is. */
export async function schemaOf(database: DataSource): Promise<SchemaState> {
  const runner = database.createQueryRunner();
  try {
    for (const table of ['migrations', 'users']) if (!(await runner.hasTable(table))) return 'none';
    // By the connection it has: a pool of one has no other.
    const rows: readonly { readonly name: string }[] = await runner.query('SELECT name FROM migrations');
    return stateOf(rows.map(({ name }) => name));
  } finally {
    await runner.release();
  }
}

function stateOf(applied: readonly string[]): SchemaState {
  const ours = migrations.map(({ name }) => name);
  if (applied.some(name => !ours.includes(name))) return 'later';
  return ours.some(name => !applied.includes(name)) ? 'behind' : 'ours';
}
