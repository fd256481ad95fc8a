import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, type Instant } from '../kernel/clock.js';
import { lockPerson } from '../users/lock-person.js';
import { withPasswordTimeRight } from '../users/password-time.js';
import { User } from '../users/user.entity.js';
import { FactorReset } from './factor-reset.entity.js';
import { Factors } from './factors.js';
import { ResetNotices } from './reset-notices.js';
import { cancelReset } from './reset-rows.js';
import { delayOf, isWaiting, runsFrom, WARNED_BEFORE } from './reset-delay.js';

/** What becomes of a reset that waits, as its time comes. Everything here runs inside a transaction. */
@Injectable()
export class ResetProgress {
  constructor(
    private readonly factors: Factors,
    private readonly notices: ResetNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Does what is due of one: puts it off where the password or the address was changed, warns its owner, and carries it out
   * once they were warned. While they are disabled it waits.
   * @returns whether it was carried out.
   */
  async proceed(manager: EntityManager, userId: string): Promise<boolean> {
    await lockPerson(manager, userId);
    const reset = await manager.findOneBy(FactorReset, { userId });
    const owner = await manager.findOneBy(User, { id: userId });
    if (reset === null || owner === null || !isWaiting(reset)) return false;
    const now = this.clock.now();
    if (owner.secondFactorAt === null) {
      // The last one was removed meanwhile, on a node of an earlier version: nothing is left to remove.
      await cancelReset(manager, userId, now);
      return false;
    }
    // Who may not sign in can stop nothing: it waits until they may, and then begins anew.
    if (owner.disabledAt !== null && delayOf(reset) > 0) return false;
    const user = await withPasswordTimeRight(manager, owner, now);
    const from = runsFrom(reset, user, now);
    // What has no delay has none to begin anew; one of the future is brought nearer in any case.
    if (from < reset.runsFrom || (from > reset.runsFrom && delayOf(reset) > 0)) {
      await this.putOff(manager, user, { before: reset, runsFrom: from });
      return false;
    }
    if (delayOf(reset) > 0 && reset.warnedAt === null) {
      if (now >= reset.dueAt - WARNED_BEFORE) await this.warn(manager, user, { reset, now });
      return false;
    }
    if (now < reset.dueAt) return false;
    await this.carryOut(manager, user, reset);
    return true;
  }

  /** Lets the delay of one that waits begin anew, if it has one, of which its owner is told. */
  async beginAnew(manager: EntityManager, userId: string): Promise<void> {
    const reset = await manager.findOneBy(FactorReset, { userId });
    const user = await manager.findOneBy(User, { id: userId });
    if (reset === null || user === null || !isWaiting(reset) || delayOf(reset) === 0) return;
    await this.putOff(manager, user, { before: reset, runsFrom: this.clock.now() });
  }

  /** The last warning. Who gets it late, because no server ran, has as long from then on: nothing takes effect unwarned. */
  private async warn(
    manager: EntityManager,
    user: User,
    { reset, now }: { readonly reset: FactorReset; readonly now: Instant },
  ): Promise<void> {
    const { userId } = reset;
    const dueAt = Math.max(reset.dueAt, now + Math.min(WARNED_BEFORE, delayOf(reset)));
    const later = dueAt - reset.dueAt;
    const codeExpiresAt = reset.codeExpiresAt === null ? null : reset.codeExpiresAt + later;
    const change = { warnedAt: now, dueAt, runsFrom: reset.runsFrom + later, codeExpiresAt };
    await manager.update(FactorReset, { userId }, change);
    await manager.update(User, { id: userId }, { factorResetAt: dueAt });
    await this.notices.tell(manager, 'factor-reset-soon', { user, reset: { ...reset, dueAt } });
  }

  /** Its delay begins anew, of which the owner is told. One that was asked for while the clock was ahead comes nearer by it. */
  private async putOff(
    manager: EntityManager,
    user: User,
    { before, runsFrom }: { readonly before: FactorReset; readonly runsFrom: Instant },
  ): Promise<void> {
    const { userId } = before;
    const dueAt = runsFrom + delayOf(before);
    // The address that was there until now may be the only one that its owner still reads.
    const addresses = JSON.stringify(await this.notices.addressesBefore(manager, user, before));
    const askedAt = Math.min(before.askedAt, runsFrom);
    const change = { askedAt, runsFrom, dueAt, addresses, emailKey: user.emailKey, warnedAt: null };
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
