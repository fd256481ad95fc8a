import { createRequire } from 'node:module';

// Jest's own, which is CommonJS with a default export.
const { default: Sequencer } = createRequire(createRequire(import.meta.url).resolve('jest'))(
  '@jest/test-sequencer',
);

/** What takes longest, longest first, by what stands in their paths. */
const SLOW = [
  '/.cache/together/',
  'test/session-stores',
  'test/process/two-servers',
  'test/engine-failure',
  'test/browser/every-page',
  'test/process/',
  'test/nodes/',
  'test/browser/',
];

/**
 * Begins with what takes longest, so that no worker sits idle at the end beside one that has just begun a long
 * suite. Jest knows durations only on a machine where it ran before; by file size, its guess, it would begin with
 * whatever is written at greatest length.
 */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = SLOW.findIndex(part => path.includes(part));
      return at === -1 ? SLOW.length : at;
    };
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
}
