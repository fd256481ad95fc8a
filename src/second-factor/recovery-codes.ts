import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager, In, IsNull, MoreThanOrEqual } from 'typeorm';
import { DataKeys } from '../crypto/data-keys.js';
import { macOf } from '../crypto/mac.js';
import { insertRows } from '../database/insert-rows.js';
import { instantOf } from '../database/instant-of.js';
import type { ViewModel } from '../http/view-model.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { timeView } from '../pages/time-in-words.js';
import {
  type Answer,
  type FactorCount,
  type FactorKind,
  FactorKinds,
  type ShownFactor,
} from './factor-kinds.js';
import { recoveryCodeIn, type RecoveryCodeSet, type ReplaceOutcome } from './recovery-code-set.js';
import { RecoveryCode } from './recovery-code.entity.js';

/** What the keys of the MACs are derived for. */
const PURPOSE = 'recovery codes';

/**
 * Recovery codes: for the day the phone is gone. They are no factor of their own, but stand in for one: who has nothing else
 * has no second factor.
 */
@Injectable()
export class RecoveryCodes implements FactorKind, OnModuleInit {
  readonly name = 'recoveryCodes';
  readonly fields = ['recovery_code'] as const;
  readonly standsIn = true;
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

  /** How many somebody has left. @throws Unavailable, inside a transaction the driver's error */
  left(userId: string, manager: EntityManager = this.dataSource.manager): Promise<number> {
    return manager.countBy(RecoveryCode, { userId, usedAt: IsNull() });
  }

  /** The set that is in force; null for none. @throws Unavailable, inside a transaction the driver's error */
  async setOf(userId: string, manager: EntityManager = this.dataSource.manager): Promise<string | null> {
    return (await manager.findOneBy(RecoveryCode, { userId }))?.setId ?? null;
  }

  /**
   * Puts a set into force in the place of the one that was there when it was shown, and of no other: a page that was left
   * open brings no codes back that were used up or given up since. Inside a transaction, with the person locked.
   */
  async replace(
    manager: EntityManager,
    userId: string,
    { id, codes, replaces }: RecoveryCodeSet,
  ): Promise<ReplaceOutcome> {
    const before = await this.setOf(userId, manager);
    if (before !== replaces) return before === id ? 'again' : 'overtaken';
    await manager.delete(RecoveryCode, { userId });
    const keyId = this.keys.current;
    const base = { keyId, userId, setId: id, madeAt: instantOf(manager), usedAt: null };
    const rows = codes.flatMap(code => {
      const mac = this.macWith(keyId, userId, code);
      return mac === null ? [] : [{ ...base, mac }];
    });
    await insertRows(manager, RecoveryCode, rows);
    return 'replaced';
  }

  count(): Promise<FactorCount> {
    return Promise.resolve({ inForce: 0, alone: 0 });
  }

  /** Those that may be somebody else's cannot be told from one's own when they are admitted again: they go. */
  async suspend(manager: EntityManager, userId: string, since: Instant | null): Promise<number> {
    const which = { userId, madeAt: MoreThanOrEqual(since ?? 0) };
    return (await manager.delete(RecoveryCode, which)).affected ?? 0;
  }

  async removeAll(manager: EntityManager, userId: string): Promise<number> {
    return (await manager.delete(RecoveryCode, { userId })).affected ?? 0;
  }

  async section(userId: string): Promise<ViewModel> {
    const codes = await this.dataSource.manager.findBy(RecoveryCode, { userId });
    const madeAt = codes[0]?.madeAt ?? null;
    return {
      left: codes.filter(({ usedAt }) => usedAt === null).length,
      made: codes.length,
      madeAt: madeAt === null ? null : timeView(madeAt, this.clock.now()),
    };
  }

  async offer(userId: string): Promise<ViewModel | null> {
    return (await this.left(userId)) > 0 ? {} : null;
  }

  async check({ userId, fields }: Answer): Promise<ShownFactor | null> {
    const code = recoveryCodeIn(fields.recovery_code ?? '');
    if (code === null) return null;
    const macs = this.keys.ids.flatMap(keyId => this.macWith(keyId, userId, code) ?? []);
    const which = { mac: In(macs), userId, usedAt: IsNull() };
    const found = await this.dataSource.manager.findOneBy(RecoveryCode, which);
    if (found === null) return null;
    return { amr: ['otp'], method: 'recovery_code', use: manager => this.use(manager, found) };
  }

  /** In one statement: of many who show it at once one has used it. */
  private async use(manager: EntityManager, { mac, userId }: RecoveryCode): Promise<boolean> {
    const unused = { mac, userId, usedAt: IsNull() };
    return (await manager.update(RecoveryCode, unused, { usedAt: this.clock.now() })).affected === 1;
  }

  private macWith(keyId: string, userId: string, code: string): string | null {
    const key = this.keys.keyFor(keyId, PURPOSE);
    return key === null ? null : macOf(key, `${userId} ${code}`);
  }
}
