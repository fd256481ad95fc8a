import { hours, minutes } from '../kernel/durations.js';
import { provedWithin } from './admission.js';

describe('how long ago somebody may have proved who they are who enters', () => {
  it.each([
    ['a day, where two factors are asked for and nothing is said', 2, null, hours(24)],
    ['what is said there', 2, minutes(10), minutes(10)],
    ['however long, where that is said', 2, 0, null],
    ['however long, where one factor is asked for and nothing is said', 1, null, null],
    ['what is said there', 1, hours(1), hours(1)],
  ] as const)('is %s', (_, strength, recent, within) => {
    expect(provedWithin({ strength, recent })).toBe(within);
  });
});
