import fc from 'fast-check';
import { days, hours } from '../kernel/durations.js';
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

describe('a budget of which somebody is told', () => {
  const budget = { policy: BUDGETS.password, quiet: true, alarms: [10, 100] };
  const other = { policy: BUDGETS.account, quiet: true };
  const spent = (failures: number, others = 0) =>
    spendAt(
      [budget, other],
      [
        { failures, lastAt: 1 },
        { failures: others, lastAt: 1 },
      ],
      days(300),
    );

  it('alarms at the failures that it names, and at no other', () => {
    expect([8, 9, 10, 98, 99, 100, 101].map(failures => spent(failures))).toMatchObject([
      { alarm: null, spent: false },
      { alarm: 10, spent: false },
      { alarm: null, spent: false },
      { alarm: null, spent: false },
      { alarm: 100, spent: false },
      { alarm: null, spent: true },
      { alarm: null, spent: true },
    ]);
  });

  it('counts nothing where another quiet one allows none: it is not verified', () => {
    const done = spendAt(
      [budget, other],
      [
        { failures: 99, lastAt: 0 },
        { failures: 40, lastAt: days(300) },
      ],
      days(300),
    );
    expect(done).toMatchObject({ alarm: null, spent: true, counts: [{ failures: 99 }, { failures: 40 }] });
  });

  it('never forgets by the clock', () => {
    expect(spent(100)).toMatchObject({ outcome: 'counted', spent: true });
  });
});
