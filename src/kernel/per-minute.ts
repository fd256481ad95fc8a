import type { Clock } from './clock.js';
import { minutes } from './durations.js';

/** At most so many a minute: for what anybody can cause, and what may therefore not fill the disk. */
export class PerMinute {
  private minute = 0;
  private taken = 0;

  constructor(
    private readonly clock: Clock,
    private readonly most: number,
  ) {}

  /** Whether one more fits into this minute; it is counted. */
  take(): boolean {
    const minute = Math.floor(this.clock.now() / minutes(1));
    if (minute !== this.minute) [this.minute, this.taken] = [minute, 0];
    return ++this.taken <= this.most;
  }
}
