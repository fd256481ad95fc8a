import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { SessionStore } from './session-store.js';

/** How often ended sessions are cleared away. They open nothing meanwhile: every look-up checks the clocks. */
const EVERY: Duration = minutes(5);

/** Rows a statement: small, so that nobody's sign-in waits long for its turn to write. */
const BATCH = 500;

/** Deletes the rows of sessions that have ended, so that the table does not grow without end. */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Sessions');
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), EVERY);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Removes all rows that have ended by now, batch by batch. @returns how many. Never throws. */
  async sweep(): Promise<number> {
    let removed = 0;
    try {
      for (let batch = BATCH; batch === BATCH && !this.stopped; removed += batch) {
        batch = await this.store.deleteExpired(this.clock.now(), BATCH);
      }
    } catch (error) {
      this.logger.warn({ event: 'session_sweep_failed', reason: String(error) });
    }
    return removed;
  }
}
