import { Clock, type Instant } from '../../src/kernel/clock.js';
import type { Duration } from '../../src/kernel/durations.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private time: Instant = Date.UTC(2026, 10, 23, 12);
  private perReading: Duration = 0;

  now(): Instant {
    this.time += this.perReading;
    return this.time;
  }

  /** From now on it shows a later millisecond each time that somebody looks at it: nothing happens twice at one instant. */
  run(): void {
    this.perReading = 1;
  }

  /** Lets this much time pass. */
  pass(duration: Duration): void {
    this.time += duration;
  }
}
