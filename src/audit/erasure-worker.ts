import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type EntityManager, LessThanOrEqual, MoreThanOrEqual, Raw } from 'typeorm';
import { inBatches } from '../database/in-batches.js';
import { Transaction } from '../database/transaction.js';
import { type Cancel, Clock, type Instant } from '../kernel/clock.js';
import { days, type Duration, minutes, seconds } from '../kernel/durations.js';
import { type ErasedUpTo, EraseEvents } from './erase-events.js';
import { Erasure } from './erasure.entity.js';
import { Erasures } from './erasures.js';

/** How often due promises are looked for, beside right after one was made. */
const EVERY: Duration = seconds(15);

/** How long a worker has a promise; each batch begins it anew. If the worker dies, another one takes over afterwards. */
const LEASE: Duration = minutes(1);

/**
 * How long a promise stands after it was made: an event may come late, of a request that was under way or from a node
 * that stood still. Looked for after a minute, then each time twice as late.
 */
const STANDS: Duration = days(1);
const FIRST_LOOK: Duration = minutes(1);

/**
 * Takes people who are gone out of their events: who and where from go, that it happened stays, under a name that
 * belongs to nobody. Batch by batch, so nobody waits for it; of many processes one does it. A crash at any point
 * leaves the rest to another one.
 */
@Injectable()
export class ErasureWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Erasures');
  private stop: Cancel = () => undefined;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly erasures: Erasures,
    private readonly events: EraseEvents,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.erasures.whenDue(() => this.clock.after(0, () => this.run()));
    this.stop = this.clock.every(EVERY, () => this.run());
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.stop();
    await this.running;
  }

  /** Does what is due now. Never throws: what failed is tried again later. */
  async run(): Promise<void> {
    while (this.running !== null) await this.running;
    if (this.stopped) return;
    this.running = this.keepDue()
      .catch((error: unknown) => this.logger.warn({ event: 'sys_erasure_failed', reason: String(error) }))
      .finally(() => (this.running = null));
    await this.running;
  }

  private async keepDue(): Promise<void> {
    for (let row = await this.take(); row !== null; row = await this.take()) await this.keep(row);
  }

  /** Of many workers that want the same promise one gets it. */
  private async take(): Promise<Erasure | null> {
    if (this.stopped) return null;
    const now = this.clock.now();
    const where = [{ dueAt: LessThanOrEqual(now) }, { dueAt: laterThanAny(now) }];
    return this.transaction.run(async manager => {
      for (;;) {
        const row = await manager.findOne(Erasure, { where, order: { dueAt: 'ASC' } });
        if (row === null || (await renew(manager, row, now + LEASE))) return row;
      }
    }, 'server');
  }

  private async keep(row: Erasure): Promise<void> {
    let done: DoneBatch | null = null;
    await inBatches(async () => {
      const from = done?.upTo ?? null;
      done = await this.transaction.run(manager => this.batch(manager, row, from), 'server');
      return done.upTo !== null;
    });
    await this.tell(row, done);
  }

  /** Some events, and in the same transaction how many they were: whoever tells it need not have been there. */
  private async batch(manager: EntityManager, row: Erasure, from: ErasedUpTo | null): Promise<DoneBatch> {
    const { userId } = row;
    const now = this.clock.now();
    // On the way out it is left to whoever comes next, at once. Asked once: what stops meanwhile stops the next batch.
    const leaving = this.stopped;
    if (!(await renew(manager, row, leaving ? now : now + LEASE)) || leaving) return NOTHING_LEFT;
    const { upTo, events } = await this.events.some(manager, row, from);
    if (events > 0) await manager.increment(Erasure, { userId }, 'untold', events);
    if (upTo !== null) return { upTo, untold: 0 };
    const untold = (await manager.findOneBy(Erasure, { userId }))?.untold ?? 0;
    if (untold === 0) await this.rest(manager, row, 0);
    return { upTo, untold };
  }

  /** Has an event say how many there were. Only then may the promise go: rather told twice than never. */
  private async tell(row: Erasure, done: DoneBatch | null): Promise<void> {
    const untold = done?.untold ?? 0;
    if (untold === 0) return;
    await this.events.tell(row, untold);
    await this.transaction.run(manager => this.rest(manager, row, untold), 'server');
  }

  /** Lets a promise rest until its next look, or go. */
  private async rest(manager: EntityManager, row: Erasure, told: number): Promise<void> {
    const { userId, promisedAt } = row;
    if (told > 0) await manager.decrement(Erasure, { userId, untold: MoreThanOrEqual(told) }, 'untold', told);
    const now = this.clock.now();
    const age = Math.max(0, now - promisedAt);
    if (!(await renew(manager, row, now + Math.max(FIRST_LOOK, age)))) return;
    if (age >= STANDS) await manager.delete(Erasure, { userId });
  }
}

/** What a batch leaves to do. */
interface DoneBatch {
  /** Where it ended; null: there are no more events. */
  readonly upTo: ErasedUpTo | null;
  /** How many of which no event tells yet, once there are no more. */
  readonly untold: number;
}

/** For this worker, also where another one has the promise. */
const NOTHING_LEFT: DoneBatch = { upTo: null, untold: 0 };

/**
 * A time that no worker sets at `now`: it was set while the clock was ahead, and counts as now. A promise comes back
 * after its lease, or when it is twice as old.
 */
const laterThanAny = (now: Instant) =>
  Raw(dueAt => `${dueAt} > :lease AND ${dueAt} - :now > :now - promised_at`, { lease: now + LEASE, now });

/** Moves a promise's time, if it is still this worker's; it was made by then at the latest. @returns whether it was. */
async function renew(manager: EntityManager, row: Erasure, dueAt: Instant): Promise<boolean> {
  const { userId, dueAt: mine } = row;
  const anew = { dueAt, promisedAt: Math.min(row.promisedAt, dueAt) };
  const { affected } = await manager.update(Erasure, { userId, dueAt: mine }, anew);
  if (affected !== 1) return false;
  Object.assign(row, anew);
  return true;
}
