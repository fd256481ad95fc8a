import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { instantOf } from '../database/instant-of.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { withPasswordTimeRight } from '../users/password-time.js';
import type { EmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';
import { EmailChangeMails } from './email-change-mails.js';

/** What somebody wants. */
export interface WantedAddress {
  readonly userId: string;
  readonly email: EmailAddress;
  /** Asked first, in the transaction; false: nothing is promised. */
  readonly onlyIf: (manager: EntityManager) => Promise<boolean>;
}

/** Asks a new address for its consent before an account gets it. */
@Injectable()
export class RequestEmailChange {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly mails: EmailChangeMails,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Promises a link to the new address, and a notice to the present one. The account stays as it is.
   * @returns whether it did. @throws Unavailable
   */
  async request({ userId, email, onlyIf }: WantedAddress, origin: RequestOrigin): Promise<boolean> {
    const promised = await this.transaction.run(async manager => {
      if (!(await onlyIf(manager))) return false;
      const user = await manager.findOneBy(User, { id: userId });
      if (user === null) return false;
      await withPasswordTimeRight(manager, user, instantOf(manager));
      const owner = await manager.findOneBy(User, { emailKey: email.key });
      const details = { from: user.emailKey };
      const request = { purpose: 'email-change', subject: userId, address: email.display, details } as const;
      const token = await this.tokens.issue(manager, request);
      await this.mails.send(manager, { user, owner, email, token }, origin);
      return true;
    });
    if (!promised) return false;
    this.audit.record(
      { event: 'user_email_change_request', outcome: 'success', userId, session: null },
      origin,
    );
    return true;
  }
}
