import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expected, known } from './times.mjs';

const FOLDER = 'node_modules/.cache/together';

/**
 * Files of many files' tests, in a run: one for each core, beside which another worker runs what waits. They need not end
 * at the same time: there is always something left of what waits.
 */
export const SHARES = 2;

/** What waits for browsers: as many as let all workers end at about the same time. */
export const SHARES_IN_BROWSERS = 5;

/** Where tests wait for PostgreSQL or Redis, which work on the same cores, and nothing runs as a file of its own. */
export const SHARES_ON_ENGINES = 3;

/**
 * Makes few files of many: each runs its share of them after one another, with the program loaded once
 * (`together.ts`), as many as are asked for. The longest are dealt out first, each to the share that has least to do.
 * @param by what is dealt out evenly: seconds of a processor, or on the clock.
 * @returns {string[]} the files that were made, from the project's root; they are the caller's to remove.
 */
export function together(paths, count, by = 'processor') {
  mkdirSync(FOLDER, { recursive: true });
  const times = known();
  const weighed = paths.map(path => ({ path, weight: expected(path, times, by) }));
  const shares = Array.from({ length: Math.min(count, paths.length) }, () => ({ weight: 0, paths: [] }));
  for (const { path, weight } of weighed.sort((one, other) => other.weight - one.weight)) {
    const [least] = shares.sort((one, other) => one.weight - other.weight);
    least.paths.push(path);
    least.weight += weight;
  }
  return shares.map(share => written(share.paths));
}

let made = 0;

function written(paths) {
  const names = paths.map(path => JSON.stringify(`../../${path.replace(/ts$/, 'js')}`));
  const file = join(FOLDER, `${process.pid}-${(made += 1)}.mjs`);
  const words = `import { together } from '../../../test/support/together.js';\nawait together([${names.join()}]);\n`;
  writeFileSync(file, words);
  return file;
}
