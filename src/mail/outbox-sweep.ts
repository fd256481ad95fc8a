import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../kernel/error-words.js';
import type { Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';

/** How long a mail with a link in it may lie in the outbox of a production server. */
const LIES: Duration = days(1);

/** A link that opens something: its token stands in the query. */
const LINK = /[?&]token=[\w-]{43}/;

/**
 * Removes mails from the outbox that hold a link, a day after they were written: whoever collects them has done so, and a
 * link that lies about is a key that does. Those without one are the operator's to keep.
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
    return (await stat(file)).mtimeMs <= now - LIES && LINK.test(await readFile(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
