import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// Jest's own, which is CommonJS with a default export.
const { default: Sequencer } = createRequire(createRequire(import.meta.url).resolve('jest'))(
  '@jest/test-sequencer',
);

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** What takes longest, longest first, by the beginnings of paths below `test/`. */
const SLOW = [
  'session-stores',
  'process/two-servers',
  'engine-failure',
  'browser/every-page',
  'process/',
  'nodes/',
  'browser/',
  'properties-',
  'attacks/',
];

/**
 * Begins with what takes longest, so that no worker sits idle at the end beside one that has just begun a long
 * suite. Jest knows durations only on a machine where it ran before; by file size, its guess, it would begin with
 * whatever is written at greatest length.
 */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = SLOW.findIndex(beginning => path.startsWith(TESTS + beginning));
      return at === -1 ? SLOW.length : at;
    };
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
}
