import { days, hours, minutes, seconds } from '../kernel/durations.js';
import {
  clocksAtSignIn,
  endOf,
  idleAfterActivity,
  isAlive,
  isRecentSignIn,
  isTouchDue,
} from './session-policy.js';

const policy = { idle: hours(1), lifetime: hours(24), rememberMe: days(30), recentSignIn: minutes(10) };
const NOW = Date.UTC(2026, 10, 23);

describe('the clocks at sign-in', () => {
  it('give a usual session an hour of idleness and a day in all', () => {
    expect(clocksAtSignIn(policy, false, NOW)).toEqual({
      idleExpiresAt: NOW + hours(1),
      expiresAt: NOW + hours(24),
    });
  });

  it('give a remembered session thirty days and no idle clock', () => {
    expect(clocksAtSignIn(policy, true, NOW)).toEqual({ idleExpiresAt: null, expiresAt: NOW + days(30) });
  });

  it('keep the idle clock from outrunning a shorter life', () => {
    const short = clocksAtSignIn({ ...policy, lifetime: minutes(20) }, false, NOW);
    expect(short).toEqual({ idleExpiresAt: NOW + minutes(20), expiresAt: NOW + minutes(20) });
  });
});

describe('the idle clock after activity', () => {
  const fresh = clocksAtSignIn(policy, false, NOW);

  it('starts again', () => {
    expect(idleAfterActivity(fresh, policy, NOW + minutes(50))).toBe(NOW + minutes(110));
  });

  it('never outruns the absolute clock', () => {
    expect(idleAfterActivity(fresh, policy, NOW + hours(24) - minutes(5))).toBe(NOW + hours(24));
  });

  it('stays away from a remembered session', () => {
    expect(idleAfterActivity(clocksAtSignIn(policy, true, NOW), policy, NOW + days(1))).toBeNull();
  });
});

describe('the end of a session', () => {
  it('is whichever clock runs out first', () => {
    expect(endOf({ idleExpiresAt: 5, expiresAt: 9 })).toBe(5);
    expect(endOf({ idleExpiresAt: 9, expiresAt: 5 })).toBe(5);
    expect(endOf({ idleExpiresAt: null, expiresAt: 9 })).toBe(9);
  });

  it('comes at the very instant, not after it', () => {
    const clocks = { idleExpiresAt: 5, expiresAt: 9 };
    expect([isAlive(clocks, 4), isAlive(clocks, 5), isAlive(clocks, 6)]).toEqual([true, false, false]);
  });
});

describe('writing activity down', () => {
  it('is due after a minute', () => {
    expect(isTouchDue(NOW, NOW + seconds(59))).toBe(false);
    expect(isTouchDue(NOW, NOW + seconds(60))).toBe(true);
  });

  it('goes on after the clock was set back', () => {
    expect(isTouchDue(NOW, NOW - hours(1))).toBe(true);
  });
});

describe('a recent sign-in', () => {
  it('is one of the last ten minutes', () => {
    expect(isRecentSignIn(NOW, policy, NOW + minutes(10) - 1)).toBe(true);
    expect(isRecentSignIn(NOW, policy, NOW + minutes(10))).toBe(false);
  });
});
