import { statSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { explainDatabase } from './explain-database.js';
import { requireFit } from './fit-postgres.js';
import { type SchemaState, schemaOf } from './schema-state.js';
import { setUpSqlite } from './sqlite-connection.js';

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

/** Opens a database whose options are {@link withoutMaking} and looks; nothing in it is changed. @throws ConfigError */
export async function openAndLook(database: DataSource): Promise<SchemaState> {
  try {
    await database.initialize();
    if (database.options.type === 'sqlite') await setUpSqlite(database);
    else await requireFit(database);
    return await schemaOf(database);
  } catch (error) {
    throw explainDatabase(error, database.options);
  }
}
