import type { Instant } from '../kernel/clock.js';
import { days, type Duration, hours, minutes, seconds } from '../kernel/durations.js';

/** What failures are counted against. */
export type BudgetKind =
  /** What was typed as a name, from one address: somebody who guesses. */
  | 'name-and-address'
  /** One address, whatever the account: somebody who tries one password on many. */
  | 'address'
  /** One account, whatever it was called, from anywhere but its known devices: many machines that guess together. */
  | 'account'
  /** The password of one account, from anywhere but its known devices: how often it was wrong in a row. */
  | 'password'
  /** One account from a device that has signed in to it before: its owner. */
  | 'known-device'
  /** Second factors of one account, from anywhere but its known devices: of somebody who knows the password. */
  | 'second-step'
  /** Codes of second steps of one account, from anywhere but its known devices: how often they were wrong in a row. */
  | 'second-step-row'
  /** Second factors from one address, whatever the account. */
  | 'second-step-address'
  /** Second factors of one account from a device that has signed in to it before, or in a session of it: its owner. */
  | 'second-step-known-device';

/** How much a budget allows, and how it makes guessing slow. */
export interface BudgetPolicy {
  /** Failures without any delay. */
  readonly free: number;
  /** The delay after the first failure beyond `free`; each further one doubles it. */
  readonly firstDelay: Duration;
  readonly longestDelay: Duration;
  /** After this long without a failure, all is forgotten. */
  readonly memory: Duration;
}

/** Ten years: longer than anybody waits, and a time that every store can keep. */
const FOR_GOOD: Duration = days(3650);

/** The numbers; `docs/security.md` says where each comes from. */
export const BUDGETS: Readonly<Record<BudgetKind, BudgetPolicy>> = {
  'name-and-address': { free: 5, firstDelay: seconds(30), longestDelay: minutes(15), memory: hours(24) },
  address: { free: 20, firstDelay: minutes(1), longestDelay: minutes(10), memory: minutes(30) },
  account: { free: 20, firstDelay: seconds(5), longestDelay: hours(1), memory: hours(24) },
  // 63B 3.2.2: after 100 failures in a row it rests, until its owner or an operator wakes it. No clock does.
  password: { free: 100, firstDelay: FOR_GOOD, longestDelay: FOR_GOOD, memory: FOR_GOOD },
  'known-device': { free: 10, firstDelay: seconds(30), longestDelay: minutes(15), memory: hours(24) },
  'second-step': { free: 10, firstDelay: seconds(30), longestDelay: hours(1), memory: hours(24) },
  // As with passwords: after so many in a row codes rest.
  'second-step-row': { free: 100, firstDelay: FOR_GOOD, longestDelay: FOR_GOOD, memory: FOR_GOOD },
  'second-step-address': { free: 20, firstDelay: minutes(1), longestDelay: minutes(10), memory: minutes(30) },
  'second-step-known-device': {
    ...{ free: 10, firstDelay: seconds(30), longestDelay: minutes(15), memory: hours(24) },
  },
};

/** What is known of one budget. */
export interface Count {
  readonly failures: number;
  readonly lastAt: Instant;
}

/** Nothing has failed. */
export const NOTHING: Count = { failures: 0, lastAt: 0 };

/** How long after the last failure the next attempt may come. More failures never shorten it. */
export function delayAfter(failures: number, policy: BudgetPolicy): Duration {
  const beyond = failures - policy.free;
  if (beyond < 0) return 0;
  return Math.min(policy.longestDelay, policy.firstDelay * 2 ** Math.min(beyond, 30));
}

/** When the next attempt may come; an instant in the past where it may come now. */
export const allowedFrom = (count: Count, policy: BudgetPolicy): Instant =>
  count.failures < policy.free ? 0 : count.lastAt + delayAfter(count.failures, policy);

/** From when on a count means nothing any more. */
export const forgottenAt = (count: Count, policy: BudgetPolicy): Instant => count.lastAt + policy.memory;

/**
 * The count as it is at `now`: what is forgotten counts as nothing. An instant of the future, from when the clock was
 * another, counts as now, so nobody waits longer than the policy says.
 */
export const countAt = (count: Count, policy: BudgetPolicy, now: Instant): Count => {
  if (now >= forgottenAt(count, policy)) return NOTHING;
  return count.lastAt > now ? { ...count, lastAt: now } : count;
};

/** The count after one more failure. */
export const afterFailure = (count: Count, now: Instant): Count => ({
  failures: count.failures + 1,
  lastAt: now,
});

/** What is counted against. */
export interface Counting {
  readonly policy: BudgetPolicy;
  /** It stops nobody, and only says so. */
  readonly quiet?: boolean;
  /** Failures in a row of which somebody is to be told. */
  readonly alarms?: readonly number[];
}

export type SpendOutcome =
  /** What the budgets' counts are now, in their order. `spent`: a quiet one allowed none, and the quiet ones stay as they were. */
  | {
      readonly outcome: 'counted';
      readonly counts: readonly Count[];
      readonly spent: boolean;
      /** Where this failure is one that somebody is told of: so many there were in a row. Else null. */
      readonly alarm: number | null;
    }
  /** `setRight`: the counts as they are now, where one of them was of the future; to be kept, or no wait would ever end. */
  | {
      readonly outcome: 'refused';
      readonly retryAfter: Duration;
      readonly setRight: readonly Count[] | null;
    };

/**
 * One more failure against every budget, unless one that is not quiet allows none at `now`.
 * @param counted what each has so far.
 */
export function spendAt(budgets: readonly Counting[], counted: readonly Count[], now: Instant): SpendOutcome {
  const counts = budgets.map(({ policy, quiet = false, alarms = [] }, index) => {
    const count = countAt(counted[index] ?? NOTHING, policy, now);
    return { quiet, alarms, count, allowed: allowedFrom(count, policy) };
  });
  const allowed = Math.max(0, ...counts.filter(({ quiet }) => !quiet).map(one => one.allowed));
  if (allowed > now) {
    const ahead = counted.some(({ lastAt }) => lastAt > now);
    const setRight = ahead ? counts.map(({ count }) => count) : null;
    return { outcome: 'refused', retryAfter: allowed - now, setRight };
  }
  const spent = counts.some(one => one.allowed > now);
  return {
    outcome: 'counted',
    // What is told without being verified is no guess: it counts against no quiet one.
    counts: counts.map(({ quiet, count }) => (quiet && spent ? count : afterFailure(count, now))),
    spent,
    alarm: spent ? null : (counts.flatMap(alarmOf)[0] ?? null),
  };
}

/** How many failures in a row there are with one more, where somebody is told of so many. */
const alarmOf = ({ alarms, count }: Pick<Required<Counting>, 'alarms'> & { readonly count: Count }) =>
  alarms.filter(failures => failures === count.failures + 1);

/**
 * The refusal, where the counts that were read lead to one and to no change: it needs neither the turn nor the lock that
 * counting takes, so that whoever is refused holds nobody up. Null where the counts must be looked at in turn.
 */
export function refusalAt(
  budgets: Parameters<typeof spendAt>[0],
  counted: readonly Count[],
  now: Instant,
): Extract<SpendOutcome, { outcome: 'refused' }> | null {
  const done = spendAt(budgets, counted, now);
  return done.outcome === 'refused' && done.setRight === null ? done : null;
}

/** How many failures there are at `now`, of each budget. @param counted what each has so far. */
export const failuresAt = (
  budgets: readonly Counting[],
  counted: readonly Count[],
  now: Instant,
): readonly number[] =>
  budgets.map(({ policy }, index) => countAt(counted[index] ?? NOTHING, policy, now).failures);
