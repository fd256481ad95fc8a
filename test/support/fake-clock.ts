import { Clock, type Instant } from '../../src/kernel/clock.js';
import type { Duration } from '../../src/kernel/durations.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private time: Instant = Date.UTC(2026, 10, 23, 12);

  now(): Instant {
    return this.time;
  }

  /** Lets this much time pass. */
  pass(duration: Duration): void {
    this.time += duration;
  }
}
