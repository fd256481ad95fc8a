import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { confirmAddress } from '../users/confirmed-address.js';
import { lockPerson } from '../users/lock-person.js';
import { UsersService } from '../users/users.service.js';

/** Confirms the address that somebody has already, which an operator typed. */
@Injectable()
export class ConfirmStoredAddress {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
  ) {}

  /** Whether a link still has something to confirm: its person has the address it was sent to, and it is not confirmed. */
  async isGood({ subject, address }: OneTimeToken): Promise<boolean> {
    const user = await this.users.findById(subject);
    return user !== null && user.email === address && user.emailConfirmedAt === null;
  }

  /** "over": the account is gone, its address is another, or is confirmed. @throws Unavailable */
  async confirm(
    token: OneTimeToken,
    origin: RequestOrigin,
  ): Promise<{ outcome: 'address-confirmed' | 'over' }> {
    const { subject: userId } = token;
    const confirmed = await this.transaction.run(manager => this.use(manager, token));
    if (!confirmed) return { outcome: 'over' };
    const facts = { by: 'confirm-address' };
    this.audit.record(
      { event: 'user_email_confirmed', outcome: 'success', userId, session: null, facts },
      origin,
    );
    return { outcome: 'address-confirmed' };
  }

  private async use(manager: EntityManager, token: OneTimeToken): Promise<boolean> {
    const { subject: userId, address } = token;
    await lockPerson(manager, userId);
    const at = await this.tokens.use(manager, token);
    return at !== null && confirmAddress(manager, { userId, address, at });
  }
}
