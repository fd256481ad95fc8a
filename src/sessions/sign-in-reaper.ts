import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, MoreThan } from 'typeorm';
import { inBatches } from '../database/in-batches.js';
import { Transaction } from '../database/transaction.js';
import { type Cancel, Clock, futureFrom, type Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { endOf } from './session-policy.js';
import { SessionStore } from './session-store.js';
import { SIGN_IN_ROWS, SignInRow } from './sign-in.entity.js';
import { SignIns } from './sign-ins.js';

/** How often it looks: what hangs on a sign-in that a clock ended is there for a minute at most. */
const EVERY: Duration = seconds(30);

/** Sign-ins a batch. */
const BATCH = 100;

/**
 * Ends sign-ins whose session a clock has ended. Of each sign-in an end is known that may have moved since, because who
 * uses a session makes it last: once it has passed, the store is asked. Several processes may do so at once.
 */
@Injectable()
export class SignInReaper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Sign-ins');
  private stop: Cancel = () => undefined;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly transaction: Transaction,
    private readonly store: SessionStore,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(EVERY, () => this.run());
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.stop();
    await this.running;
  }

  /** Looks at every sign-in whose known end has passed. Never throws: what failed is tried again next time. */
  async run(): Promise<void> {
    this.running ??= inBatches(() => this.batch())
      .catch((error: unknown) => this.logger.warn({ event: 'sys_reaping_failed', reason: String(error) }))
      .finally(() => (this.running = null));
    await this.running;
  }

  /** Removes at most `most` sign-ins that have ended and whose session would have, too. @returns how many. */
  sweep(now: Instant, most: number): Promise<number> {
    return this.transaction.deleteOld(SIGN_IN_ROWS, now, most);
  }

  /**
   * Sets at most `most` sign-ins right whose end lies further ahead than any session lasts: a clock was wrong, and with Redis
   * nobody sees it until somebody comes back. Of those that have ended it may stay: they are remembered for longer.
   * @param latest when the longest session that begins now ends. @returns how many.
   */
  async setRight(latest: Instant, most: number): Promise<number> {
    const ahead = { endedAt: IsNull(), knownEndAt: MoreThan(futureFrom(latest)) };
    return this.transaction.run(async manager => {
      const rows = await manager.find(SignInRow, { where: ahead, select: { id: true }, take: most });
      const those = { id: In(rows.map(({ id }) => id)) };
      if (rows.length > 0) await manager.update(SignInRow, those, { knownEndAt: latest });
      return rows.length;
    }, 'server');
  }

  private async batch(): Promise<boolean> {
    const where = { endedAt: IsNull(), knownEndAt: LessThanOrEqual(this.clock.now()) };
    const wanted = { where, order: { knownEndAt: 'ASC' }, take: BATCH } as const;
    const due = await this.transaction.one(manager => manager.find(SignInRow, wanted), 'server');
    for (const row of due) {
      if (this.stopped) return false;
      await this.look(row);
    }
    return due.length === BATCH;
  }

  private async look({ id, userId, sessionIdHash: idHash }: SignInRow): Promise<void> {
    const live = await this.store.find(idHash, this.clock.now());
    if (live === null) {
      await this.signIns.end({ session: { userId, publicId: id, idHash } }, 'expired');
      return;
    }
    const which = { id, sessionIdHash: idHash, endedAt: IsNull() };
    const knownEndAt = endOf(live.session);
    await this.transaction.one(manager => manager.update(SignInRow, which, { knownEndAt }), 'server');
  }
}
