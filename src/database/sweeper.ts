import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Cancel, Clock, type Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { inBatches } from './in-batches.js';

/** How often rows that have served their time are cleared away. They mean nothing meanwhile. */
const EVERY: Duration = minutes(5);

/** Rows a statement: small, so that nobody's sign-in waits long for its turn to write. */
const BATCH = 500;

/** Removes at most `most` rows that were of no use any more at `now`. @returns how many it removed. */
export type Sweep = (now: Instant, most: number) => Promise<number>;

/** Deletes what is over, batch by batch, so that no table grows without end (ASVS 14.2.7). */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly sweeps: { readonly name: string; readonly sweep: Sweep }[] = [];
  private stop: Cancel = () => undefined;
  private stopped = false;

  constructor(private readonly clock: Clock) {}

  /** Adds what sweeps one kind of row. The name is for the log alone: another of the same takes nothing's place. */
  add(name: string, sweep: Sweep): void {
    this.sweeps.push({ name, sweep });
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(EVERY, () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    this.stop();
  }

  /** Sweeps everything once. @returns how many rows went. Never throws: what failed is tried again next time. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const { name, sweep } of this.sweeps) {
      try {
        await inBatches(async () => {
          if (this.stopped) return false;
          const batch = await sweep(this.clock.now(), BATCH);
          removed += batch;
          return batch === BATCH;
        });
      } catch (error) {
        this.logger.warn({ event: 'sys_sweep_failed', what: name, reason: String(error) });
      }
    }
    return removed;
  }
}
