import { setTimeout as pause } from 'node:timers/promises';
import { type Duration, seconds } from '../kernel/durations.js';

/** The longest rest between two batches. */
const LONGEST_REST: Duration = seconds(0.25);

/**
 * Runs `batch` until it says that there is no more to do. After each it rests as long as that took, so that at least
 * half of the time belongs to everybody else: other processes on the same SQLite file have no line to stand in, and
 * get their turn to write only while nobody else does.
 * @param batch does a little. @returns whether there is more.
 */
export async function inBatches(batch: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const begun = performance.now();
    if (!(await batch())) return;
    await pause(Math.min(LONGEST_REST, performance.now() - begun));
  }
}
