import { setTimeout as pause } from 'node:timers/promises';
import { type Duration, seconds } from '../kernel/durations.js';
import { isLocked } from './store-failure.js';

/** How long the server's own writes wait for other processes on the same file. */
const PATIENCE: Duration = seconds(2);

/**
 * Tries again while another process writes to SQLite. The engine does so by itself for a moment, but not when a read of
 * our own is under way on the connection: then it says at once that the database is locked.
 * @param mayRepeat whether it may be done again. @param until when to give up, of `performance.now()`.
 */
export async function whileLocked<T>(
  attempt: () => Promise<T>,
  mayRepeat: () => boolean,
  until: number,
): Promise<T> {
  const end = Math.min(until, performance.now() + PATIENCE);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || !mayRepeat() || performance.now() > end) throw error;
      await pause(2);
    }
  }
}
