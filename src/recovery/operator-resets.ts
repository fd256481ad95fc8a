import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Compromise } from '../credentials/compromise.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { User } from '../users/user.entity.js';
import { ResetMails } from './reset-mails.js';

export type OperatorResetOutcome =
  /** The mail is promised, to this address. */
  | { readonly outcome: 'promised'; readonly address: string }
  /** There is no address to write to. */
  | { readonly outcome: 'no-address' }
  /** No link would open for them. */
  | { readonly outcome: 'disabled' }
  | { readonly outcome: 'gone' };

/** What an operator does about somebody's password without ever knowing one (ASVS 6.4.6). */
@Injectable()
export class OperatorResets {
  constructor(
    private readonly transaction: Transaction,
    private readonly compromise: Compromise,
    private readonly mails: ResetMails,
    private readonly audit: AuditLog,
  ) {}

  /** Sends a link to set a new password. The old one stays until then. @throws Unavailable */
  async send(userId: string, origin: RequestOrigin): Promise<OperatorResetOutcome> {
    const done = await this.transaction.run(async manager => {
      const user = await manager.findOneBy(User, { id: userId });
      const found = addressee(user);
      if (found.outcome === 'promised' && user !== null)
        await this.mails.promise(manager, { ...user, email: found.address }, 'reset');
      return found;
    });
    if (done.outcome === 'promised')
      this.audit.record(
        { event: 'authn_recovery_request', outcome: 'success', userId, session: null },
        origin,
      );
    return done;
  }

  /**
   * Switches the password off, ends what {@link Compromise} says, and sends a link to set a new one: whoever knows the old
   * one by now does not get to choose the next (SP 800-63B-4 3.1.1.2, "evidence of compromise"). @throws Unavailable
   */
  async requireNew(userId: string, origin: RequestOrigin): Promise<OperatorResetOutcome> {
    let done: OperatorResetOutcome = { outcome: 'gone' };
    await this.compromise.apply({
      userId,
      doubt: { kind: 'operator-reset', since: null, openedAt: null },
      event: 'authn_password_off',
      origin,
      change: async manager => {
        done = addressee(await manager.findOneBy(User, { id: userId }));
        if (done.outcome !== 'promised') return false;
        await manager.update(User, { id: userId }, { passwordHash: null });
        return true;
      },
      alongside: async manager => {
        const user = await manager.findOneByOrFail(User, { id: userId });
        if (user.email !== null)
          await this.mails.promise(manager, { ...user, email: user.email }, 'new-password-needed');
      },
    });
    return done;
  }
}

function addressee(user: User | null): OperatorResetOutcome {
  if (user === null) return { outcome: 'gone' };
  if (user.disabledAt !== null) return { outcome: 'disabled' };
  return user.email === null ? { outcome: 'no-address' } : { outcome: 'promised', address: user.email };
}
