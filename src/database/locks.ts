import type { EntityManager, FindOneOptions } from 'typeorm';

/** Whether a transaction runs on PostgreSQL, where others run beside it; on SQLite it has the database to itself. */
export const isPostgres = ({ connection }: EntityManager): boolean => connection.options.type === 'postgres';

/**
 * Options for a read inside a transaction whose rows may not change, nor go, until it is over:
 * `manager.findOne(User, { where: { id }, ...forUpdate(manager) })`. Whoever wants to change them waits.
 */
export const forUpdate = (manager: EntityManager): Pick<FindOneOptions, 'lock'> =>
  isPostgres(manager) ? { lock: { mode: 'pessimistic_write' } } : {};

/**
 * The same for a statement written by hand: what stands at its end. A query builder makes each statement anew, which costs
 * more than the database does with it, and what happens at each sign-in is worth writing down.
 */
export const lockingRows = (manager: EntityManager): string => (isPostgres(manager) ? ' FOR UPDATE' : '');

/**
 * Waits, inside a transaction, until no other one is at work on the same things, and keeps them until it is over:
 * for what has no row yet that could be locked. Name all of them in one call, or two may wait for each other.
 */
export async function takeTurn(manager: EntityManager, ...things: readonly string[]): Promise<void> {
  if (isPostgres(manager)) await manager.query(LOCK_IN_ORDER, [things]);
}

const LOCK_IN_ORDER = `
  SELECT pg_advisory_xact_lock(key)
  FROM (SELECT hashtextextended(thing, 0) AS key FROM unnest($1::text[]) thing ORDER BY key) keys`;
