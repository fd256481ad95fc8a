import { statfsSync, statSync } from 'node:fs';
import { type DataSourceOptions, QueryFailedError } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import { codeOf, wordsOf } from '../kernel/error-words.js';
import { adviceOnPostgres, isOperators } from './explain-postgres.js';
import { placeOf } from './place-of.js';
import { isStoreFailure } from './store-failure.js';
import { adviceOnTakenName } from './taken-name.js';
import { UnfitDatabase } from './unfit-database.js';

/** Why the database cannot be used, and what to do about it. Never a password. */
export function explainDatabase(error: unknown, options: DataSourceOptions): ConfigError {
  if (error instanceof ConfigError) return error;
  const said = wordsOf(error);
  const which = options.type === 'postgres' ? 'DATABASE_URL: ' : 'The database ';
  return new ConfigError(
    `${which}${placeOf(options)} cannot be used: ${said}. ${adviceOn(error, said, options)}`,
  );
}

/** Whether an error is one that an operator can mend, and not a flaw of the program. */
export const isForOperator = (error: unknown): error is Error =>
  isStoreFailure(error) ||
  error instanceof UnfitDatabase ||
  (error instanceof QueryFailedError &&
    (isOperators(codeOf(error)) || /SQLITE_ERROR: no such (table|column)/.test(error.message)));

function adviceOn(error: unknown, said: string, options: DataSourceOptions): string {
  const unfit = unfitBehind(error);
  if (unfit !== null) return unfit.advice;
  return options.type === 'postgres'
    ? adviceOnPostgres(error, said)
    : sqliteAdvice(said, String(options.database));
}

/** A pool wraps what its connections throw. */
function unfitBehind(error: unknown): UnfitDatabase | null {
  if (error instanceof UnfitDatabase) return error;
  return error instanceof Error && error.cause !== undefined ? unfitBehind(error.cause) : null;
}

function sqliteAdvice(said: string, file: string): string {
  if (/FULL/.test(said) || noSpaceFor(file)) return 'The disk is full: free some space and start again.';
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    return 'It is a folder: name a file.';
  if (/CANTOPEN|READONLY|EACCES|EROFS/.test(said))
    return 'Run this as the user whose database it is, make its folder writable for this one, or set DATA_DIR.';
  if (/NOTADB|CORRUPT/.test(said)) return 'The file is damaged or no SQLite database: restore a backup.';
  if (/already exists/.test(said)) return adviceOnTakenName(said);
  if (/no such (table|column)/.test(said))
    return 'Its tables are not those of this version of Gatehouse: name another file, or restore a backup.';
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
