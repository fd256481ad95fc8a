import { type Cancel, Clock, type Instant } from '../../src/kernel/clock.js';
import type { Duration } from '../../src/kernel/durations.js';

/** What is to begin by itself; with a period, again and again. */
interface Planned {
  at: Instant;
  readonly period: Duration | null;
  readonly work: () => Promise<unknown>;
}

/** A clock that stands still until a test moves it, and by which nothing begins before a test says so. */
export class FakeClock extends Clock {
  private perReading: Duration = 0;
  private readonly planned = new Set<Planned>();

  constructor(private time: Instant = Date.UTC(2026, 10, 23, 12)) {
    super();
  }

  now(): Instant {
    this.time += this.perReading;
    return this.time;
  }

  override every(period: Duration, work: () => Promise<unknown>): Cancel {
    return this.plan({ at: this.time + period, period, work });
  }

  override after(delay: Duration, work: () => Promise<unknown>): Cancel {
    return this.plan({ at: this.time + delay, period: null, work });
  }

  /** From now on it shows a later millisecond each time that somebody looks at it: nothing happens twice at one instant. */
  run(): void {
    this.perReading = 1;
  }

  /** Lets this much time pass. */
  pass(duration: Duration): void {
    this.time += duration;
  }

  /** Begins once, all at a time, whatever was to begin by itself by now. Resolves when it is done. */
  async begin(): Promise<void> {
    const due = [...this.planned].filter(({ at }) => at <= this.time);
    for (const each of due)
      if (each.period === null) this.planned.delete(each);
      else each.at = this.time + each.period;
    await Promise.all(due.map(({ work }) => work()));
  }

  private plan(one: Planned): Cancel {
    this.planned.add(one);
    return () => this.planned.delete(one);
  }
}
