import { days } from '../kernel/durations.js';
import { type FrontRow, frontOf } from './stream-front.js';

const NOW = Date.UTC(2026, 10, 23);
const AGE = { until: NOW - days(365), now: NOW, most: 4 };
const DUE = { stream: 's', keyId: 'k', begins: 10, macBefore: 'm9', mac: 'x', oldestAt: 0, liveUntil: null };

/** Events from the tenth on, of so many days ago. */
const rows = (...ago: number[]): FrontRow[] =>
  ago.map((each, index) => ({ seq: 10 + index, occurredAt: NOW - days(each), mac: `m${10 + index}` }));

describe('the front of a stream that is over', () => {
  it.each([
    ['nothing, where all are young', [364, 300], { gone: 0, begins: 10, macBefore: 'm9' }],
    [
      'what is a year old',
      [400, 366, 365, 364],
      { gone: 3, begins: 13, macBefore: 'm12', oldestAt: NOW - days(364) },
    ],
    ['all, where all are old', [400, 366], { gone: 2, begins: 12, macBefore: 'm11', oldestAt: NOW }],
    ['no more than it may', [400, 400, 400, 400, 400], { gone: 4, begins: 14, oldestAt: NOW - days(400) }],
    [
      'nothing behind one that is kept: a stream goes from its front',
      [364, 400, 400],
      { gone: 0, begins: 10 },
    ],
    [
      'also what a clock wrote that was ahead, once what follows it is old',
      [400, -90, 366, 1],
      { gone: 3, begins: 13 },
    ],
    ['none that only lies in the future', [-90, -80], { gone: 0, begins: 10, oldestAt: NOW }],
  ])('is %s', (_, ago, expected) => {
    expect(frontOf(DUE, rows(...ago), AGE)).toMatchObject({ ...expected, over: false });
  });

  it('is the stream itself, where it has had nothing and nobody for a year', () => {
    expect(frontOf(DUE, [], AGE).over).toBe(true);
    expect(frontOf({ ...DUE, liveUntil: NOW + 1 }, [], AGE).over).toBe(false);
    expect(frontOf({ ...DUE, oldestAt: NOW + days(9) }, [], AGE)).toMatchObject({
      over: false,
      oldestAt: NOW,
    });
  });
});
