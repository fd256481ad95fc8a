import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import type { EmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';

/** Sends a link to set a new password to people who forgot theirs. */
@Injectable()
export class ForgotPassword {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Promises the mail, to the stored address. Nothing about the account changes. For an address that nobody
   * uses, or whose account is disabled, the same work is done for nobody (ASVS 6.3.8).
   * @throws Unavailable
   */
  async request(email: EmailAddress, origin: RequestOrigin): Promise<void> {
    const userId = await this.transaction.run(async manager => {
      const user = await manager.findOneBy(User, { emailKey: email.key });
      const known = user !== null && user.disabledAt === null && user.email !== null ? user : null;
      const subject = known?.id ?? `nobody:${email.key}`;
      const address = known?.email ?? email.display;
      const token = await this.tokens.issue(manager, { purpose: 'reset', subject, address });
      const model = { name: known?.displayName ?? '', link: this.mailer.link('/reset', token) };
      const linked = { plain: token, lasts: TOKEN_LIFE.reset };
      await this.mailer.promise(manager, {
        to: known?.email ?? null,
        template: 'reset',
        model,
        token: linked,
      });
      return known?.id ?? null;
    }, 'visitor');
    this.audit.record({ event: 'authn_recovery_request', outcome: 'success', userId, session: null }, origin);
  }
}
