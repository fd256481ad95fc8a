import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import { lockPerson } from '../users/lock-person.js';
import { User } from '../users/user.entity.js';
import { FactorReset } from './factor-reset.entity.js';
import { type FactorCount, FactorKinds } from './factor-kinds.js';
import { cancelReset, finishReset } from './reset-rows.js';
import { SecondFactorPolicy } from './second-factor-policy.js';
import { mayBeLeftWith, type Means } from './ways-in.js';

/** What somebody is about to lose: so many factors in force, and of these so many that are a way in alone. */
export type Loss = FactorCount;

/** The second factors of people, whatever their kinds. Everything here runs inside a transaction. */
@Injectable()
export class Factors {
  constructor(
    private readonly dataSource: DataSource,
    private readonly kinds: FactorKinds,
    private readonly policy: SecondFactorPolicy,
    private readonly clock: Clock,
  ) {}

  /**
   * What somebody can sign in with; null where nobody has this id. The person is locked from then on, so what is decided by
   * it stays true until the transaction is over.
   */
  async meansOf(manager: EntityManager, userId: string): Promise<Means | null> {
    if ((await lockPerson(manager, userId)) === null) return null;
    return this.meansIn(manager, userId);
  }

  /** The same outside a transaction, as it is now; nothing of somebody who is gone. @throws Unavailable */
  async meansNow(userId: string): Promise<Means> {
    return this.meansIn(this.dataSource.manager, userId);
  }

  /** Whether somebody may lose these: never their last way in, and where a factor is asked of them never the last factor. */
  async mayLose(
    manager: EntityManager,
    userId: string,
    loss: Loss,
  ): Promise<'yes' | 'last-way-in' | 'last-factor'> {
    const means = await this.meansOf(manager, userId);
    if (means === null) return 'last-way-in';
    // What proves nothing, such as a suspended one, is no loss, whatever is left.
    if (loss.inForce === 0) return 'yes';
    const role = await manager.findOne(User, { where: { id: userId }, select: { id: true, role: true } });
    const left = {
      ...means,
      factors: means.factors - loss.inForce,
      alone: means.alone - loss.alone,
    };
    return mayBeLeftWith(left, role !== null && this.policy.asksFactorOf(role));
  }

  /** Whether a second factor is asked of somebody when they sign in: also of who has none in force, but passkeys of another host. */
  isAskedOf(manager: EntityManager, userId: string): Promise<boolean> {
    return manager.existsBy(User, { id: userId, secondFactorAt: Not(IsNull()) });
  }

  /**
   * To be called wherever factors were added, removed, suspended or re-admitted, in that transaction, last: keeps
   * `users.second_factor_at`, and a reset that was carried out is over with a new one. @returns whether they have any now.
   */
  async settle(manager: EntityManager, userId: string): Promise<boolean> {
    const person = await manager.findOne(User, {
      where: { id: userId },
      select: { id: true, secondFactorAt: true },
    });
    const has = (await this.countOf(manager, userId)).inForce > 0;
    if (has) await finishReset(manager, userId, this.clock.now());
    // Who has lost all of them must add one: the password alone opens nothing until then.
    const asked =
      has || (await manager.existsBy(FactorReset, { userId, doneAt: Not(IsNull()), finishedAt: IsNull() }));
    const since = asked ? (person?.secondFactorAt ?? this.clock.now()) : null;
    if (person !== null && person.secondFactorAt !== since)
      await manager.update(User, { id: userId }, { secondFactorAt: since });
    return has;
  }

  /**
   * To be called in place of {@link settle} where its owner removed one: what only stands in for a factor goes with the last that is
   * in force. A suspended one that is still there changes nothing: who admits it again makes new codes. A reset that waits has
   * nothing left to do then. Of who has passkeys of another host alone, and tidies up, the same is asked as before.
   * @param loss what was removed. @returns whether a reset was stopped by it.
   */
  async settleAfterRemoval(manager: EntityManager, userId: string, { inForce }: Loss): Promise<boolean> {
    const left = await this.countOf(manager, userId);
    if (inForce === 0 && left.inForce === 0 && left.dormant > 0) return false;
    if (await this.settle(manager, userId)) return false;
    for (const kind of this.kinds.all()) if (kind.standsIn) await kind.removeAll(manager, userId);
    return cancelReset(manager, userId, this.clock.now());
  }

  /** Removes every factor of somebody's: the loss procedure. That one is asked of them stays. */
  async removeAll(manager: EntityManager, userId: string): Promise<void> {
    for (const kind of this.kinds.all()) await kind.removeAll(manager, userId);
  }

  private async meansIn(manager: EntityManager, userId: string): Promise<Means> {
    const select = { id: true, passwordHash: true } as const;
    const person = await manager.findOne(User, { where: { id: userId }, select });
    const { inForce: factors, alone } = await this.countOf(manager, userId);
    return { password: person !== null && person.passwordHash !== null, factors, alone };
  }

  /** How many somebody has, of all kinds. */
  async countOf(manager: EntityManager, userId: string): Promise<Required<FactorCount>> {
    let [inForce, alone, dormant] = [0, 0, 0];
    for (const kind of this.kinds.all()) {
      const count = await kind.count(manager, userId);
      inForce += count.inForce;
      alone += count.alone;
      dormant += count.dormant ?? 0;
    }
    return { inForce, alone, dormant };
  }
}
