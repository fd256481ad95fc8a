import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Linux has it; a container often has little of it. */
const MEMORY = '/dev/shm';

/** What databases of a run may come to, in bytes, with what is written ahead. */
const ENOUGH = 2 * 1024 ** 3;

/** Where files are quickest that need not last: in memory, where there is enough of it. */
export function folderInMemory() {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH ? MEMORY : tmpdir();
}
