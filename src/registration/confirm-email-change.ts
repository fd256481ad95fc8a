import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { isDuplicate } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { parseEmailAddress } from '../users/email-address.js';
import { lockPerson } from '../users/lock-person.js';
import { User } from '../users/user.entity.js';

/** What belongs to a change that waits: the address before it. */
export const EmailChange = z.object({ from: z.string().nullable() });

/** Whether a change can't be confirmed any more: the account is gone or disabled, its address or its password another one. */
export function isOver(token: OneTimeToken, user: User | null): boolean {
  const details: unknown = JSON.parse(token.details);
  // Whom an operator stops may be an intruder, who would have the account by its address once it is enabled again.
  if (user === null || user.disabledAt !== null || user.emailKey !== EmailChange.parse(details).from)
    return true;
  // Whoever set a new password meanwhile shut others out; what those asked for before is over, too.
  return (user.passwordChangedAt ?? 0) > token.createdAt;
}

/** Changes an address once the new one is confirmed. */
@Injectable()
export class ConfirmEmailChange {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly notices: Notices,
    private readonly audit: AuditLog,
  ) {}

  /** "over": the account is gone or disabled, its address or password is another than when the change was asked for. "known": the new address has an account by now. */
  async confirm(
    token: OneTimeToken,
    origin: RequestOrigin,
  ): Promise<{ outcome: 'address-changed' | 'over' | 'known' }> {
    try {
      const changed = await this.transaction.run(manager => this.change(manager, token, origin));
      if (!changed) return { outcome: 'over' };
    } catch (error) {
      if (isDuplicate(error)) return { outcome: 'known' };
      throw error;
    }
    const { subject: userId } = token;
    this.audit.record({ event: 'user_email_changed', outcome: 'success', userId, session: null }, origin);
    return { outcome: 'address-changed' };
  }

  private async change(manager: EntityManager, token: OneTimeToken, origin: RequestOrigin): Promise<boolean> {
    const email = parseEmailAddress(token.address);
    await lockPerson(manager, token.subject);
    const user = await manager.findOneBy(User, { id: token.subject });
    if (email === null || user === null || isOver(token, user)) return false;
    const emailConfirmedAt = await this.tokens.use(manager, token);
    if (emailConfirmedAt === null) return false;
    // Reset links went to the address before; they are worth nothing now.
    await this.tokens.void(manager, user.id, 'reset');
    const address = { email: email.display, emailKey: email.key, emailConfirmedAt };
    await manager.update(User, { id: user.id }, address);
    await this.notices.send(manager, 'email-changed', user, origin);
    return true;
  }
}
