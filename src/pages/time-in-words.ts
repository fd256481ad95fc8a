import type { Instant } from '../kernel/clock.js';
import { days, type Duration, hours, minutes, seconds } from '../kernel/durations.js';

const UNITS: readonly (readonly [size: Duration, name: string])[] = [
  [days(1), 'day'],
  [hours(1), 'hour'],
  [minutes(1), 'minute'],
  [seconds(1), 'second'],
];

/** A length of time in its largest fitting unit, rounded down: "23 hours", "1 minute", "0 seconds". */
export function durationInWords(duration: Duration): string {
  const [size, name] = UNITS.find(([unit]) => duration >= unit) ?? [seconds(1), 'second'];
  const count = Math.max(0, Math.floor(duration / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** What is left of a time, to the nearest minute: of an hour that has just begun "1 hour", and not "59 minutes". */
export const timeLeftInWords = (left: Duration): string =>
  durationInWords(left < minutes(1) ? left : left + minutes(1) / 2);

/** A wait in words, rounded up, so that who comes back then is not too early: "30 seconds", "2 minutes". */
export function waitInWords(duration: Duration): string {
  const unit = duration > minutes(1) ? minutes(1) : seconds(1);
  return durationInWords(Math.max(1, Math.ceil(duration / unit)) * unit);
}

/** An instant for the partial `time`: for machines, exact, and as people say it. */
export interface TimeView {
  /** ISO 8601 in UTC. */
  readonly iso: string;
  /** "24 Nov 2026, 11:55 UTC"; the page's script says it in the reader's own time zone. */
  readonly exact: string;
  /** "5 minutes ago", "in 23 hours", "just now", "yesterday". */
  readonly relative: string;
  /** Whether `relative` stands before `exact`; of what is longer ago nobody asks how many days it was. */
  readonly near: boolean;
}

/** How an instant is shown at `now`. @param to what `exact` is exact to: seconds tell apart what looks the same. */
export function timeView(at: Instant, now: Instant, to: 'minute' | 'second' = 'minute'): TimeView {
  const ago = now - at;
  const yesterday = ago >= days(1) && Math.floor(now / days(1)) - Math.floor(at / days(1)) === 1;
  return {
    iso: new Date(at).toISOString(),
    exact: exactly(at, to),
    relative: yesterday ? 'yesterday' : relative(at - now),
    near: yesterday || ago < days(1),
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** As browsers write an instant in British English, whose months are no numbers. */
function exactly(at: Instant, to: 'minute' | 'second'): string {
  const date = new Date(at);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
  return `${day}, ${date.toISOString().slice(11, to === 'minute' ? 16 : 19)} UTC`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/**
 * An instant for a reader whose time zone is unknown, which the words say:
 * "23 November 2026, 12:00 (Coordinated Universal Time, UTC+00:00)".
 */
export const utcInWords = (at: Instant): string =>
  `${DAY.format(at)}, ${new Date(at).toISOString().slice(11, 16)} (Coordinated Universal Time, UTC+00:00)`;

function relative(distance: Duration): string {
  if (Math.abs(distance) < seconds(10)) return 'just now';
  return distance < 0 ? `${durationInWords(-distance)} ago` : `in ${timeLeftInWords(distance)}`;
}
