import type { Duration } from '../kernel/durations.js';

/** How often refusals are told. */
const EVERY: Duration = 2;

/** Where that comes so late the event loop is busy: one at a time then, and what others ask for goes on. */
const LATE: Duration = 2 * EVERY;

/** How many each time, at least: a good thousand a second. */
const AT_LEAST = 3;

/** Of a long line this part, so that nobody stands in it for much longer than a second. */
const SHARE = 1 / 500;

/**
 * Lets refusals out a few at a time. Machines that ask again as soon as they are answered would otherwise be answered by
 * hundreds in one turn of the event loop, and everybody else's request, which needs several turns, would wait for all of
 * them each time. Who is refused now and then waits for nothing.
 */
export class RefusalPace {
  private readonly line: (() => void)[] = [];
  private left = AT_LEAST;
  private toldAt = 0;
  private timer: NodeJS.Timeout | null = null;

  /** Resolves when one refusal may be told. */
  turn(): Promise<void> {
    this.timer ??= setInterval(() => this.letOut(), EVERY).unref();
    if (this.left === 0) return new Promise(resolve => this.line.push(resolve));
    this.left -= 1;
    return Promise.resolve();
  }

  private letOut(): void {
    const now = performance.now();
    const least = now - this.toldAt > LATE ? 1 : AT_LEAST;
    this.toldAt = now;
    const out = this.line.splice(0, Math.max(least, Math.ceil(this.line.length * SHARE)));
    this.left = Math.max(0, least - out.length);
    if (out.length === 0 && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
    for (const go of out) go();
  }
}
