import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, Not } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { lockPerson } from '../users/lock-person.js';
import { User } from '../users/user.entity.js';
import { FactorReset } from './factor-reset.entity.js';
import { Factors } from './factors.js';
import { ResetNotices } from './reset-notices.js';
import { AT_MOST_EVERY, isOpen, isWaiting, runsFrom, WARNED_BEFORE } from './reset-delay.js';

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
    private readonly factors: Factors,
    private readonly notices: ResetNotices,
    private readonly clock: Clock,
    private readonly config: AppConfig,
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

  /** A person whose factors were reset has a new one. */
  async finish(manager: EntityManager, userId: string): Promise<void> {
    const open = { userId, doneAt: Not(IsNull()), finishedAt: IsNull() };
    await manager.update(FactorReset, open, { finishedAt: this.clock.now(), codeDigest: null });
  }

  /** Cancels one that waits. @returns whether one did. */
  async cancel(manager: EntityManager, userId: string): Promise<boolean> {
    const waiting = { userId, cancelledAt: IsNull(), doneAt: IsNull() };
    const done = await manager.update(FactorReset, waiting, { cancelledAt: this.clock.now() });
    if (done.affected !== 1) return false;
    await manager.update(User, { id: userId }, { factorResetAt: null });
    return true;
  }

  /**
   * Does what is due of one: puts it off where the password or the address was changed, warns its owner, carries it out.
   * @returns whether it was carried out.
   */
  async proceed(manager: EntityManager, userId: string): Promise<boolean> {
    await lockPerson(manager, userId);
    const reset = await manager.findOneBy(FactorReset, { userId });
    const user = await manager.findOneBy(User, { id: userId });
    if (reset === null || user === null || !isWaiting(reset)) return false;
    const now = this.clock.now();
    const from = runsFrom(reset, user, now);
    if (from > reset.runsFrom) {
      await this.putOff(manager, user, reset, from);
      return false;
    }
    if (now >= reset.dueAt) {
      await this.carryOut(manager, user, reset);
      return true;
    }
    if (now >= reset.dueAt - WARNED_BEFORE && reset.warnedAt === null) {
      await manager.update(FactorReset, { userId }, { warnedAt: now });
      await this.notices.tell(manager, 'factor-reset-soon', { user, reset });
    }
    return false;
  }

  private delayOf({ dueAt, runsFrom }: FactorReset): Duration {
    return dueAt - runsFrom;
  }

  private async putOff(
    manager: EntityManager,
    user: User,
    before: FactorReset,
    runsFrom: Instant,
  ): Promise<void> {
    const { userId } = before;
    const dueAt = runsFrom + this.delayOf(before);
    // The address that was there until now may be the only one that its owner still reads.
    const addresses = JSON.stringify(await this.notices.addressesBefore(manager, user, before));
    const change = { runsFrom, dueAt, addresses, emailKey: user.emailKey, warnedAt: null };
    const later = dueAt - before.dueAt;
    // A code that was handed over is for the time after the reset, whenever that comes.
    const codeExpiresAt = before.codeExpiresAt === null ? null : before.codeExpiresAt + later;
    await manager.update(FactorReset, { userId }, { ...change, codeExpiresAt });
    await manager.update(User, { id: userId }, { factorResetAt: dueAt });
    await this.notices.tell(manager, 'factor-reset-asked', { user, reset: { ...before, dueAt, addresses } });
  }

  /** The factors go; that a second factor is asked for stays, so that the password alone opens nothing. */
  private async carryOut(manager: EntityManager, user: User, reset: FactorReset): Promise<void> {
    const { userId } = reset;
    await this.factors.removeAll(manager, userId);
    await manager.update(FactorReset, { userId }, { doneAt: this.clock.now() });
    await manager.update(User, { id: userId }, { factorResetAt: null });
    await this.notices.tell(manager, 'factor-reset-done', { user, reset });
  }
}
