import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { UsersService } from '../users/users.service.js';
import { isOver } from './confirm-email-change.js';

/** A change of address that waits to be confirmed. */
export interface PendingChange {
  /** The new address. */
  readonly address: string;
  /** How long its link works. */
  readonly until: Instant;
}

/** The change of address that somebody asked for and did not confirm yet. */
@Injectable()
export class PendingEmailChange {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: OneTimeTokens,
    private readonly transaction: Transaction,
    private readonly audit: AuditLog,
  ) {}

  /** It; null where none waits, or what waits can't be confirmed any more. */
  async of(userId: string): Promise<PendingChange | null> {
    const token = await this.tokens.open('email-change', userId);
    if (token === null) return null;
    const user = await this.users.findById(userId);
    return isOver(token, user) ? null : { address: token.address, until: token.expiresAt };
  }

  /** Makes its link worthless. @returns whether there was one. */
  async cancel(userId: string, origin: RequestOrigin): Promise<boolean> {
    if (!(await this.tokens.isWaiting('email-change', userId))) return false;
    await this.transaction.one(manager => this.tokens.void(manager, userId, 'email-change'));
    const event = 'user_email_change_cancel';
    this.audit.record({ event, outcome: 'success', userId, session: null }, origin);
    return true;
  }
}
