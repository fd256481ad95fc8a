import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../kernel/error-words.js';
import type { Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';

/** How long a mail with a link or a code in it may lie in the outbox of a production server. */
const LIES: Duration = days(1);

/** What opens something: a link, whose token stands in the query; or the code with which a second factor is added after a reset. */
const KEY = /[?&]token=[\w-]{43}|\b([\da-z]{5}-){5}[\da-z]\b/;

/**
 * Removes mails from the outbox that hold a link or a code, a day after they were written: whoever collects them has done so,
 * and one that lies about is a key that does. Those without are the operator's to keep.
 * @returns how many it removed, at most `most`
 */
export async function sweepOutbox(folder: string, now: Instant, most: number): Promise<number> {
  let removed = 0;
  for (const name of (await namesIn(folder)).filter(name => name.endsWith('.eml'))) {
    if (removed === most) break;
    if (await isOver(join(folder, name), now)) {
      await rm(join(folder, name), { force: true });
      removed += 1;
    }
  }
  return removed;
}

/** Nothing is there before the first mail. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Somebody may collect it meanwhile. */
async function isOver(file: string, now: Instant): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs <= now - LIES && KEY.test(await readFile(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
