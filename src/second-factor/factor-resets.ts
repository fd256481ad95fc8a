import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThanOrEqual } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import { lockPerson } from '../users/lock-person.js';
import { withPasswordTimeRight } from '../users/password-time.js';
import { User } from '../users/user.entity.js';
import { FactorReset } from './factor-reset.entity.js';
import { ResetNotices } from './reset-notices.js';
import { ResetProgress } from './reset-progress.js';
import { cancelReset } from './reset-rows.js';
import { AT_MOST_EVERY, isOpen, isWaiting } from './reset-delay.js';

export type ResetRequestOutcome =
  | { readonly outcome: 'asked'; readonly dueAt: Instant }
  /** Their factors went by one already, and they have not added a new one yet: it stays as it is, and a code can be issued for it. */
  | { readonly outcome: 'open'; readonly doneAt: Instant }
  /** They have no factor, suspended or not. */
  | { readonly outcome: 'no-factor' }
  /** One waits already, or was asked for less than a week ago. */
  | { readonly outcome: 'too-soon'; readonly waitsUntil: Instant | null };

/** The rows of resets. Everything here runs inside a transaction. */
@Injectable()
export class FactorResets {
  constructor(
    private readonly notices: ResetNotices,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly progress: ResetProgress,
  ) {}

  /**
   * Asks for one, and tells the owner at today's address and those of the last days.
   * @param now without the delay, whatever waited before.
   */
  async ask(manager: EntityManager, userId: string, now: boolean): Promise<ResetRequestOutcome> {
    await lockPerson(manager, userId);
    const user = await manager.findOneByOrFail(User, { id: userId });
    if (user.secondFactorAt === null) return { outcome: 'no-factor' };
    const before = await manager.findOneBy(FactorReset, { userId });
    // It alone says that a factor is asked of somebody who has none: with another row in its place one that waits, and is
    // cancelled, would leave the password alone.
    if (before !== null && isOpen(before)) return { outcome: 'open', doneAt: before.doneAt };
    const at = this.clock.now();
    await withPasswordTimeRight(manager, user, at);
    if (!now && before !== null && (isWaiting(before) || at - before.askedAt < AT_MOST_EVERY))
      return { outcome: 'too-soon', waitsUntil: isWaiting(before) ? before.dueAt : null };
    const dueAt = at + (now ? 0 : this.config.factorResetDelay);
    const row = {
      ...{ userId, askedAt: at, runsFrom: at, dueAt, emailKey: user.emailKey },
      addresses: JSON.stringify(await this.notices.addressesBefore(manager, user)),
      ...{ warnedAt: null, cancelledAt: null, doneAt: null, finishedAt: null },
      ...{ codeDigest: null, codeExpiresAt: null },
    };
    await manager.delete(FactorReset, { userId });
    await manager.insert(FactorReset, row);
    await manager.update(User, { id: userId }, { factorResetAt: dueAt });
    if (!now) await this.notices.tell(manager, 'factor-reset-asked', { user, reset: row });
    return { outcome: 'asked', dueAt };
  }

  /** Cancels one that waits. @returns whether one did. */
  cancel(manager: EntityManager, userId: string): Promise<boolean> {
    return cancelReset(manager, userId, this.clock.now());
  }

  /** As {@link ResetProgress.proceed}. */
  proceed(manager: EntityManager, userId: string): Promise<boolean> {
    return this.progress.proceed(manager, userId);
  }

  /** Those that were asked for in the future, because the clock was ahead, count as asked for now: or nobody could ask again. */
  async putRight(manager: EntityManager): Promise<void> {
    const now = this.clock.now();
    await manager.update(FactorReset, { askedAt: MoreThanOrEqual(futureFrom(now)) }, { askedAt: now });
  }
}
