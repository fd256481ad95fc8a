import { futureFrom, type Instant } from '../kernel/clock.js';
import { days, type Duration, hours } from '../kernel/durations.js';
import type { User } from '../users/user.entity.js';
import type { FactorReset } from './factor-reset.entity.js';

/** How long before it takes effect the owner is warned once more. */
export const WARNED_BEFORE: Duration = hours(2);

/** A reset within this time of another one needs `--now`. */
export const AT_MOST_EVERY: Duration = days(7);

/** Where addresses of the days before come from: the notices that went there. */
export const ADDRESSES_OF: Duration = days(7);

type Waiting = Pick<FactorReset, 'runsFrom' | 'emailKey' | 'cancelledAt' | 'doneAt'>;
type Owner = Pick<User, 'passwordChangedAt' | 'emailKey'>;

/** How long it waits from when it was asked for; nothing: it does not wait. */
export const delayOf = ({ dueAt, runsFrom }: Pick<FactorReset, 'dueAt' | 'runsFrom'>): Duration =>
  dueAt - runsFrom;

/** Whether it was neither cancelled nor carried out. */
export const isWaiting = ({ cancelledAt, doneAt }: Pick<FactorReset, 'cancelledAt' | 'doneAt'>): boolean =>
  cancelledAt === null && doneAt === null;

/** Whether it was carried out, and its person has not added a new factor since. */
export const isOpen = <R extends Pick<FactorReset, 'doneAt' | 'finishedAt'>>(
  reset: R,
): reset is R & { readonly doneAt: Instant } => reset.doneAt !== null && reset.finishedAt === null;

/**
 * From when on the delay runs, as the account is at `now`: whoever changes the password or the address while a reset waits
 * has as long to wait as everybody else. One that was asked for while the clock was ahead runs from when that is seen.
 */
export function runsFrom(reset: Waiting, owner: Owner, now: Instant): Instant {
  if (owner.emailKey !== reset.emailKey || reset.runsFrom >= futureFrom(now)) return now;
  return Math.max(reset.runsFrom, Math.min(owner.passwordChangedAt ?? 0, now));
}
