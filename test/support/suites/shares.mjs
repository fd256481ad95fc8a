import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expected, known } from './times.mjs';
import { hasOneOf, IN_BROWSERS } from './which.mjs';

const FOLDER = 'node_modules/.cache/together';

/**
 * Files of many files' tests, in a run: one for each core, beside which another worker runs what waits. They need not end
 * at the same time: there is always something left of what waits.
 */
export const SHARES = 2;

/** With what waits for browsers among them: one a worker, since each loads the program anew. */
export const SHARES_WITH_BROWSERS = 3;

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
  const isInBrowser = path => hasOneOf(path, IN_BROWSERS);
  const weigh = path => expected(path, times, by, isInBrowser(path) ? IN_A_BROWSER : undefined);
  const weighed = paths.map(path => ({ path, weight: weigh(path) }));
  const shares = Array.from({ length: Math.min(count, paths.length) }, () => ({ weight: 0, paths: [] }));
  for (const { path, weight } of weighed.sort((one, other) => other.weight - one.weight)) {
    const [least] = shares.sort((one, other) => one.weight - other.weight);
    least.paths.push(path);
    least.weight += weight;
  }
  // One waits while others work: the first begins with browsers, the others end with them.
  const inTurn = (all, first) => [
    ...all.filter(path => isInBrowser(path) === first),
    ...all.filter(path => isInBrowser(path) !== first),
  ];
  return shares.map((share, n) => written(inTurn(share.paths, n === 0)));
}

/** What a file in a browser is taken to need where it never ran, in milliseconds. */
const IN_A_BROWSER = 15_000;

let made = 0;

function written(paths) {
  const names = paths.map(path => JSON.stringify(`../../${path.replace(/ts$/, 'js')}`));
  const file = join(FOLDER, `${process.pid}-${(made += 1)}.mjs`);
  const words = `import { together } from '../../../test/support/together.js';\nawait together([${names.join()}]);\n`;
  writeFileSync(file, words);
  return file;
}
