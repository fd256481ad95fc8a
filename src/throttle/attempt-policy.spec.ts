import fc from 'fast-check';
import { hours } from '../kernel/durations.js';
import {
  afterFailure,
  allowedFrom,
  BUDGETS,
  countAt,
  delayAfter,
  forgottenAt,
  NOTHING,
  spendAt,
} from './attempt-policy.js';

const anyPolicy = fc.constantFrom(...Object.values(BUDGETS));
const anyInstant = fc.integer({ min: 0, max: hours(24 * 365 * 100) });

describe('attempt policy', () => {
  it('never shortens a delay because of more failures', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(500), fc.nat(500), (policy, some, more) => {
        expect(delayAfter(some + more, policy)).toBeGreaterThanOrEqual(delayAfter(some, policy));
      }),
    );
  });

  it('never delays longer than the policy says, and not at all within the free failures', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(5000), (policy, failures) => {
        expect(delayAfter(failures, policy)).toBeLessThanOrEqual(policy.longestDelay);
        if (failures < policy.free) expect(delayAfter(failures, policy)).toBe(0);
      }),
    );
  });

  it('never lets a failure bring the next allowed instant nearer', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(200), anyInstant, fc.nat(hours(1)), (policy, failures, lastAt, later) => {
        const before = { failures, lastAt };
        const after = afterFailure(before, lastAt + later);
        expect(allowedFrom(after, policy)).toBeGreaterThanOrEqual(
          Math.min(allowedFrom(before, policy), lastAt + later),
        );
      }),
    );
  });

  it('never refuses for longer than the policy says, wherever the clock was when it was counted', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(500), anyInstant, anyInstant, (policy, failures, lastAt, now) => {
        const done = spendAt([{ policy }], [{ failures, lastAt }], now);
        if (done.outcome === 'refused') expect(done.retryAfter).toBeLessThanOrEqual(policy.longestDelay);
      }),
    );
  });

  it('forgets everything once the memory is over, and nothing before, while no delay outlives the memory', () => {
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 500 }), anyInstant, (policy, failures, lastAt) => {
        const count = { failures, lastAt };
        expect(countAt(count, policy, forgottenAt(count, policy))).toEqual(NOTHING);
        expect(countAt(count, policy, forgottenAt(count, policy) - 1)).toEqual(count);
        expect(allowedFrom(count, policy)).toBeLessThanOrEqual(forgottenAt(count, policy));
      }),
    );
  });
});
