import { setTimeout as pause } from 'node:timers/promises';

/** How long a browser or a page may take, in milliseconds. */
export const LIMIT = 60_000;

/** Longer than a browser takes to start on a very busy machine, in milliseconds. */
export const START_LIMIT = 120_000;

/** How long nobody asks after an answer that was not yet it, in milliseconds: a question costs a browser more than that. */
const BETWEEN = 20;

/** Asks again and again until something is so. @throws Error with what is so instead, after the limit. */
export async function askUntil(
  isSo: () => Promise<boolean>,
  otherwise: () => string | Promise<string>,
): Promise<void> {
  const end = performance.now() + LIMIT;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(await otherwise());
    await pause(BETWEEN);
  }
}
