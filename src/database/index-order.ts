import type { EntityManager } from 'typeorm';
import { isPostgres } from './locks.js';

/**
 * Has PostgreSQL read what follows in this transaction in the order an index has it. Where its statistics lag behind
 * it takes somebody with very many rows for somebody with few, reads and sorts all of them, and then gives the first
 * ones. SQLite has no other way than the index.
 */
export async function followIndexOrder(manager: EntityManager): Promise<void> {
  if (isPostgres(manager)) await manager.query('SET LOCAL enable_bitmapscan = off');
}

/** Reads a few rows in the order an index has them; it costs what it gives. */
export function readInIndexOrder<T>(
  manager: EntityManager,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  if (!isPostgres(manager)) return read(manager);
  return manager.transaction(async within => {
    await followIndexOrder(within);
    return read(within);
  });
}
