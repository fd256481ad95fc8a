import {
  ConnectionIsNotSetError,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  TypeORMError,
} from 'typeorm';
import { Unavailable } from '../kernel/unavailable.js';

/** SQLite's result codes that speak of the machine, not of our statement. */
const SQLITE_SYSTEM =
  /SQLITE_(ABORT|BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL|MISUSE)/;

/**
 * PostgreSQL's classes of the same: connection (08), invalid authorization (28), no such database (3D), rolled back
 * in favour of another (40), insufficient resources (53), not in a state to (55), operator intervention and
 * statements that took too long (57), system (58), read-only (25006), transactions that took too long (25P03, 25P04).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const POSTGRES_SYSTEM = /^(08...|28...|3D...|40...|53...|55...|57...|58...|25006|25P03|25P04)$/;

/** What the driver says of a connection that broke or fell silent. */
const POSTGRES_CONNECTION = /^(Query read timeout|Connection terminated|Client (has encountered|was closed))/;

/** Node's names of a connection that could not be made or held. */
const NETWORK = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES)/;

/** Whether an error means "the database cannot answer now", and not "our statement is wrong". */
export function isStoreFailure(error: unknown): error is Error {
  if (
    error instanceof Unavailable ||
    error instanceof ConnectionIsNotSetError ||
    error instanceof QueryRunnerAlreadyReleasedError ||
    (error instanceof TypeORMError && error.message === 'Driver not Connected')
  )
    return true;
  if (!(error instanceof QueryFailedError)) return false;
  return (
    error.driverError instanceof Unavailable ||
    SQLITE_SYSTEM.test(error.message) ||
    POSTGRES_CONNECTION.test(error.message) ||
    POSTGRES_SYSTEM.test(codeOf(error.driverError)) ||
    NETWORK.test(codeOf(error.driverError))
  );
}

/** PostgreSQL's words depend on its language, its codes do not. */
const UNIQUE_VIOLATION = '23505';

/** SQLSTATE of what the driver threw, or Node's name of it. */
const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

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
  if (!(error instanceof QueryFailedError)) return false;
  return /UNIQUE constraint failed/.test(error.message) || codeOf(error.driverError) === UNIQUE_VIOLATION;
}
