import { setTimeout as pause } from 'node:timers/promises';
import { type Duration, seconds } from '../kernel/durations.js';
import { isLocked } from './store-failure.js';

/** How long a write waits for other processes on the same file. */
const PATIENCE: Duration = seconds(2);

/**
 * SQLite's writes, one after the other. All of TypeORM's work shares one connection there, so two transactions
 * would nest, and a write beside a transaction would be rolled back with it, although its caller was told that
 * it is kept.
 */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * Does `work` when everything before it is done.
   * @param mayRepeat whether it may be done again where another process was writing.
   */
  add<T>(work: () => Promise<T>, mayRepeat: () => boolean): Promise<T> {
    const result = this.last.then(() => patiently(work, mayRepeat));
    this.last = result.catch(() => undefined);
    return result;
  }
}

/**
 * Tries again while another process writes. SQLite does so by itself, but not when a read of our own is under
 * way on the connection: then it says at once that the database is locked.
 */
async function patiently<T>(attempt: () => Promise<T>, mayRepeat: () => boolean): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || !mayRepeat() || performance.now() - start > PATIENCE) throw error;
      await pause(2);
    }
  }
}
