import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, LessThan, MoreThanOrEqual, Not } from 'typeorm';
import { bytesOfBase32 } from '../crypto/base32.js';
import { DataKeys } from '../crypto/data-keys.js';
import { instantOf } from '../database/instant-of.js';
import type { ViewModel } from '../http/view-model.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { timeView } from '../pages/time-in-words.js';
import { Authenticator, secretPlace } from './authenticator.entity.js';
import {
  type Answer,
  type FactorCount,
  type FactorKind,
  FactorKinds,
  type ShownFactor,
} from './factor-kinds.js';
import { codeIn, matchingPeriod } from './matching-period.js';

/** Authenticator apps (RFC 6238): one a person. */
@Injectable()
export class Authenticators implements FactorKind, OnModuleInit {
  readonly name = 'authenticator';
  readonly fields = ['code'] as const;
  readonly guessable = true;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: DataKeys,
    private readonly clock: Clock,
    private readonly kinds: FactorKinds,
  ) {}

  onModuleInit(): void {
    this.kinds.add(this);
  }

  /** Somebody's; null where they have none, suspended or not. @throws Unavailable */
  find(userId: string): Promise<Authenticator | null> {
    return this.dataSource.manager.findOneBy(Authenticator, { userId });
  }

  /**
   * Puts a secret into force whose code of `period` was right, in the place of the one before; inside a transaction, with
   * the person locked. @returns false where that period was used before, by this secret or another one of the person's.
   */
  async set(manager: EntityManager, userId: string, { secret, period }: ShownSecret): Promise<boolean> {
    const before = await manager.findOneBy(Authenticator, { userId });
    if (before !== null && before.lastUsedPeriod >= period) return false;
    const now = instantOf(manager);
    const sealed = this.keys.seal(secret, secretPlace(userId));
    const row = { userId, sealed, addedAt: now, lastUsedPeriod: period, lastUsedAt: now, suspendedAt: null };
    if (before === null) await manager.insert(Authenticator, row);
    else await manager.update(Authenticator, { userId }, row);
    return true;
  }

  /** Takes it away, inside a transaction. @returns whether there was one. */
  async remove(manager: EntityManager, userId: string): Promise<boolean> {
    return ((await manager.delete(Authenticator, { userId })).affected ?? 0) > 0;
  }

  /**
   * Checks a code of one that is suspended: who shows it holds it, and may admit it again.
   * @returns what admits it, inside a transaction with the person locked; null where the code is wrong. @throws Unavailable
   */
  async checkSuspended(userId: string, typed: string): Promise<ShownFactor | null> {
    const found = await this.find(userId);
    if (found === null || found.suspendedAt === null) return null;
    const period = this.periodOf(found, typed);
    if (period === null) return null;
    const admitted = { suspendedAt: null, ...this.usedIn(period) };
    return this.shown(found, async (manager, { userId, addedAt }) => {
      const which = { userId, addedAt, lastUsedPeriod: LessThan(period), suspendedAt: Not(IsNull()) };
      return (await manager.update(Authenticator, which, admitted)).affected === 1;
    });
  }

  async count(manager: EntityManager, userId: string): Promise<FactorCount> {
    const inForce = await manager.countBy(Authenticator, { userId, suspendedAt: IsNull() });
    return { inForce, alone: 0 };
  }

  async suspend(manager: EntityManager, userId: string, since: Instant | null): Promise<number> {
    const which = { userId, suspendedAt: IsNull(), addedAt: MoreThanOrEqual(since ?? 0) };
    return (await manager.update(Authenticator, which, { suspendedAt: this.clock.now() })).affected ?? 0;
  }

  async removeAll(manager: EntityManager, userId: string): Promise<number> {
    return (await this.remove(manager, userId)) ? 1 : 0;
  }

  async section(userId: string): Promise<ViewModel> {
    const found = await this.find(userId);
    if (found === null) return { there: false };
    const { addedAt, lastUsedAt, suspendedAt } = found;
    const now = this.clock.now();
    return {
      there: true,
      suspended: suspendedAt !== null,
      addedAt: timeView(addedAt, now),
      lastUsedAt: lastUsedAt === null ? null : timeView(lastUsedAt, now),
    };
  }

  async offer(userId: string): Promise<ViewModel | null> {
    const found = await this.find(userId);
    return found === null || found.suspendedAt !== null ? null : {};
  }

  async check({ userId, fields }: Answer): Promise<ShownFactor | null> {
    const found = await this.find(userId);
    if (found === null || found.suspendedAt !== null) return null;
    const period = this.periodOf(found, fields.code ?? '');
    if (period === null) return null;
    // In one statement: of many who show the same code at once one has used it.
    return this.shown(found, async (manager, { userId, addedAt }) => {
      const unused = { userId, addedAt, lastUsedPeriod: LessThan(period), suspendedAt: IsNull() };
      return (await manager.update(Authenticator, unused, this.usedIn(period))).affected === 1;
    });
  }

  /** The period of a code that can still be used; null where it is wrong or was used. */
  private periodOf({ userId, sealed, lastUsedPeriod }: Authenticator, typed: string): number | null {
    const code = codeIn(typed);
    const secret = sealed === null ? null : this.keys.open(sealed, secretPlace(userId));
    if (code === null || secret === null) return null;
    return matchingPeriod(bytesOfBase32(secret), code, this.clock.now(), lastUsedPeriod);
  }

  private usedIn(lastUsedPeriod: number) {
    return { lastUsedPeriod, lastUsedAt: this.clock.now() };
  }

  private shown(
    row: Authenticator,
    use: (manager: EntityManager, row: Authenticator) => Promise<boolean>,
  ): ShownFactor {
    return { amr: ['otp'], method: this.name, use: manager => use(manager, row) };
  }
}

/** A secret, as base32, whose code of that period somebody has typed. */
export interface ShownSecret {
  readonly secret: string;
  readonly period: number;
}
