import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Mailer } from '../mail/mailer.js';
import type { EmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';

/** Invites people by mail. */
@Injectable()
export class Invite {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
    private readonly audit: AuditLog,
  ) {}

  /** @returns whether the mail is promised; false where somebody has an account with that address. @throws Unavailable */
  async send(email: EmailAddress, role: Role, origin: RequestOrigin): Promise<boolean> {
    const promised = await this.transaction.run(async manager => {
      if (await manager.existsBy(User, { emailKey: email.key })) return false;
      const request = {
        purpose: 'invite',
        subject: email.key,
        address: email.display,
        details: { role },
      } as const;
      const token = await this.tokens.issue(manager, request);
      const model = { link: this.mailer.link('/invite', token) };
      await this.mailer.promise(manager, {
        to: email.display,
        template: 'invite',
        model,
        token: { plain: token, lasts: TOKEN_LIFE.invite },
      });
      return true;
    });
    if (promised) {
      this.audit.record(
        { event: 'user_invited', outcome: 'success', userId: null, session: null, facts: { role } },
        origin,
      );
    }
    return promised;
  }
}
