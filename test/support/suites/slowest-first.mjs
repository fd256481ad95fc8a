import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { known } from './times.mjs';

// Jest's own, which is CommonJS with a default export.
const { default: Sequencer } = createRequire(createRequire(import.meta.url).resolve('jest'))(
  '@jest/test-sequencer',
);

/** What takes longest, longest first, by what stands in their paths: where nothing is known of a file. */
const SLOW = [
  '/.cache/together/',
  'test/process/two-servers',
  'test/process/move',
  'test/engine-failure',
  'test/process/',
  'test/session-stores',
  'test/browser/every-page',
  'test/nodes/',
  'test/browser/',
];

/**
 * Begins with the shares, then with what took longest here before, so that no worker sits idle at the end beside one
 * that has just begun a long suite. By file size, Jest's guess, it would begin with whatever is written at greatest
 * length.
 */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const times = known();
    const seconds = ({ path, context }) => {
      const at = SLOW.findIndex(part => path.includes(part));
      if (at === 0) return Infinity;
      const guess = at === -1 ? 0 : 2 * (SLOW.length - at);
      return (times[relative(context.config.rootDir, path)]?.clock ?? guess * 1000) / 1000;
    };
    const order = (one, other) => (one === other ? 0 : other - one);
    return [...super.sort(tests)].sort((one, other) => order(seconds(one), seconds(other)));
  }
}
