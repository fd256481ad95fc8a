import { type Duration, minutes } from './durations.js';

/** A point in time: milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** Takes back what a clock was to begin. What has begun goes on to its end. */
export type Cancel = () => void;

/**
 * The only source of time. Everything that decides by time takes a `Clock`, so that a test can move it
 * and nothing has to sleep; what is done by itself, asked by nobody, begins by it, so that none of it comes between two
 * steps of a test, sees the clock where that has moved it for a moment, and acts on it.
 */
export abstract class Clock {
  /** The present instant. */
  abstract now(): Instant;

  /** Begins this again and again, for the first time once so long is over. It must not throw, and keeps no process alive. */
  every(period: Duration, work: () => Promise<unknown>): Cancel {
    const timer = setInterval(() => void work(), period).unref();
    return () => clearInterval(timer);
  }

  /** Begins this once, after so long. It must not throw, and keeps no process alive. */
  after(delay: Duration, work: () => Promise<unknown>): Cancel {
    const timer = setTimeout(() => void work(), delay).unref();
    return () => clearTimeout(timer);
  }
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
