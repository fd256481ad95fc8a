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

/** An instant for the partial `time`: machine-readable, exact and relative. */
export interface TimeView {
  /** ISO 8601 in UTC. */
  readonly iso: string;
  /** To the minute, in UTC, for the pointer that rests on it. */
  readonly exact: string;
  /** "5 minutes ago", "in 23 hours", "just now". */
  readonly relative: string;
}

/** How an instant is shown at `now`. */
export function timeView(at: Instant, now: Instant): TimeView {
  const iso = new Date(at).toISOString();
  return { iso, exact: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`, relative: relative(at - now) };
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
