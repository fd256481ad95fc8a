import { minutes } from './durations.js';

/** A point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/**
 * The only source of time. Everything that decides by time takes a `Clock`, so that a test can move it
 * and nothing has to sleep.
 */
export abstract class Clock {
  /** The present instant. */
  abstract now(): Instant;
}

/** The machine's own clock. Operators keep it right with NTP (ASVS 16.2.2). */
export class SystemClock extends Clock {
  now(): Instant {
    return Date.now();
  }
}

/** From when on an instant is of the future, and not of a node whose clock is a little ahead. */
export const futureFrom = (now: Instant): Instant => now + minutes(1);

/** An instant as people and programs read it: ISO 8601, in UTC; null for none. */
export function iso(at: Instant): string;
export function iso(at: Instant | null): string | null;
export function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
