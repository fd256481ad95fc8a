import { Injectable } from '@nestjs/common';
import { MoreThanOrEqual } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { futureFrom, type Instant } from '../kernel/clock.js';
import { AccessToken } from './access-token.entity.js';
import { ApplicationSession } from './application-session.entity.js';

/** What people have of applications from while a clock was ahead. */
@Injectable()
export class FutureRows {
  constructor(private readonly transaction: Transaction) {}

  /**
   * Has what lies in the future count as of now: a session lasts no longer from now than its application says, and an access
   * token is good for its life from now. One of the sweeps.
   * @returns 0: nothing goes by it.
   */
  async setRight(now: Instant): Promise<number> {
    const future = MoreThanOrEqual(futureFrom(now));
    const begun = { beganAt: now, lastUsedAt: now };
    await this.transaction.one(
      manager => manager.update(ApplicationSession, { beganAt: future }, begun),
      'server',
    );
    const made = { expiresAt: () => `expires_at - made_at + ${Math.trunc(now)}`, madeAt: now };
    await this.transaction.one(manager => manager.update(AccessToken, { madeAt: future }, made), 'server');
    return 0;
  }
}
