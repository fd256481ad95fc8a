import { Injectable, type OnModuleInit } from '@nestjs/common';
import { And, DataSource, type EntityManager, IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { digestOf } from '../crypto/secret-token.js';
import type { ViewModel } from '../http/view-model.js';
import { Clock, futureFrom } from '../kernel/clock.js';
import { type Duration, hours } from '../kernel/durations.js';
import { Mailer } from '../mail/mailer.js';
import {
  type Answer,
  type FactorCount,
  type FactorKind,
  FactorKinds,
  type ShownFactor,
} from './factor-kinds.js';
import { FactorReset } from './factor-reset.entity.js';
import { grouped, lettersIn, newLetters } from './letters.js';

/** How long one is good at most, once the factors are gone: one that is handed over. */
export const CODE_LIFE: Duration = hours(24);

/** Letters of a code: 130 bits. */
const LETTERS = 26;

/**
 * Codes with which people whose factors were reset add a new one, beside their password. They prove nothing that a session
 * could be begun with: a mailbox is no factor (63B 3.1.3.1, ASVS 6.3.6).
 */
@Injectable()
export class ResetCodes implements FactorKind, OnModuleInit {
  readonly name = 'resetCode';
  readonly fields = ['reset_code'] as const;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly kinds: FactorKinds,
    private readonly mailer: Mailer,
  ) {}

  onModuleInit(): void {
    this.kinds.add(this);
  }

  /**
   * Makes one, in the place of any before, inside a transaction. @param ahead also while the reset waits: whoever asks for
   * it hands the code over. @returns it as it is shown; null where there is no such reset.
   */
  async issue(
    manager: EntityManager,
    userId: string,
    { lasts, ahead = false }: { readonly lasts: Duration; readonly ahead?: boolean },
  ): Promise<string | null> {
    const code = newLetters(LETTERS);
    const which = {
      ...{ userId, cancelledAt: IsNull(), finishedAt: IsNull() },
      ...(ahead ? {} : { doneAt: Not(IsNull()) }),
    };
    const made = { codeDigest: digestOf(code), codeExpiresAt: this.clock.now() + lasts };
    return (await manager.update(FactorReset, which, made)).affected === 1 ? grouped(code) : null;
  }

  count(): Promise<FactorCount> {
    return Promise.resolve({ inForce: 0, alone: 0 });
  }

  suspend(): Promise<number> {
    return Promise.resolve(0);
  }

  removeAll(): Promise<number> {
    return Promise.resolve(0);
  }

  section(): Promise<ViewModel> {
    return Promise.resolve({});
  }

  /** `mails`: whether a code can be asked for there; where not, it was handed over. */
  async offer(userId: string): Promise<ViewModel | null> {
    const open = { userId, doneAt: Not(IsNull()), finishedAt: IsNull() };
    return (await this.dataSource.manager.existsBy(FactorReset, open)) ? { mails: this.mailer.isOn } : null;
  }

  async check({ userId, fields }: Answer): Promise<ShownFactor | null> {
    const code = lettersIn(fields.reset_code ?? '', LETTERS);
    if (code === null) return null;
    const now = this.clock.now();
    // One whose end lies further ahead than any lasts was made while the clock was wrong.
    const inTime = And(MoreThan(now), LessThanOrEqual(futureFrom(now) + CODE_LIFE));
    const which = {
      ...{ userId, codeDigest: digestOf(code), codeExpiresAt: inTime },
      ...{ doneAt: Not(IsNull()), finishedAt: IsNull() },
    };
    if (!(await this.dataSource.manager.existsBy(FactorReset, which))) return null;
    const use = async (manager: EntityManager) =>
      (await manager.update(FactorReset, which, { codeDigest: null })).affected === 1;
    return { amr: [], method: 'reset_code', use };
  }
}
