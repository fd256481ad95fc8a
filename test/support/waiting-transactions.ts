import { DataSource } from 'typeorm';
import type { TestApp } from './test-app.js';

/** Transactions on this database that wait for another one: others of the engine are none of our business. */
const WAITING = `
  SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE NOT granted AND datname = current_database()`;

/**
 * Resolves when so many transactions wait on the application's database, or all is over. They wait for two seconds at most, so
 * it is asked on a connection that is there: on a busy machine it may take a good part of that to make one for each look.
 */
export async function transactionsWait(test: TestApp, count: number, all: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = () => void (isOver = true);
  all.then(over, over);
  const waiting = () => test.get(DataSource).query<unknown[]>(WAITING);
  while (!isOver && (await waiting()).length < count) await new Promise(setImmediate);
}
