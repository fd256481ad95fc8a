import { createRequire } from 'node:module';

/** What drives browsers: it knows nothing of the program, and took longer to load than many a suite to run. */
export const LOADED_ONCE = ['playwright-core'];

/** By this name a file of tests finds what its worker has loaded. */
const NAME = 'loadedOnce';

/** Lets what runs in `world` have the packages that are loaded once a worker, outside it. */
export function lend(world) {
  world[NAME] = createRequire(import.meta.url);
}

/** @returns {Record<string, string>} Jest's `moduleNameMapper` for them: a pattern and the file. */
export const lent = Object.fromEntries(
  LOADED_ONCE.map(name => [`^${name}$`, `<rootDir>/test/support/suites/lent/${name}.mjs`]),
);
