import { ConnectionIsNotSetError, QueryFailedError } from 'typeorm';
import { Unavailable } from '../kernel/unavailable.js';

/** SQLite's result codes that speak of the machine, not of our statement. */
const SQLITE_SYSTEM =
  /SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL|MISUSE)/;

/** Whether an error means "the database cannot answer now", and not "our statement is wrong". */
export function isStoreFailure(error: unknown): error is Error {
  if (error instanceof Unavailable || error instanceof ConnectionIsNotSetError) return true;
  return error instanceof QueryFailedError && SQLITE_SYSTEM.test(error.message);
}

/** Whether a statement did nothing because another connection was writing. */
export const isLocked = (error: unknown): boolean =>
  error instanceof QueryFailedError && error.message.includes('SQLITE_BUSY');

/** The same error as {@link Unavailable} where the database cannot answer; otherwise itself. */
export const asUnavailable = (error: unknown): unknown =>
  isStoreFailure(error) && !(error instanceof Unavailable)
    ? new Unavailable(error.message, undefined, { cause: error })
    : error;

/** Whether a statement was refused because a unique value is there already. */
export function isDuplicate(error: unknown): boolean {
  return (
    error instanceof QueryFailedError && /UNIQUE constraint failed|duplicate key value/.test(error.message)
  );
}
