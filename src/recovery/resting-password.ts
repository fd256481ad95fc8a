import { Injectable, Logger } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { wordsOf } from '../kernel/error-words.js';
import { User } from '../users/user.entity.js';
import { ResetMails } from './reset-mails.js';

/** Tells people that their password rests, with the way out. */
@Injectable()
export class RestingPassword {
  private readonly logger = new Logger('Throttle');

  constructor(
    private readonly transaction: Transaction,
    private readonly mails: ResetMails,
  ) {}

  /**
   * Promises the mail, where there is an address and a link would open, and a password that can rest: whose is switched off
   * has heard so, or signs in by a passkey. Never throws: nobody waits for it.
   */
  async tell(userId: string): Promise<void> {
    try {
      await this.transaction.run(async manager => {
        const resting = { id: userId, disabledAt: IsNull(), passwordHash: Not(IsNull()) };
        const user = await manager.findOneBy(User, resting);
        if (user === null || user.email === null) return;
        await this.mails.promise(manager, { ...user, email: user.email }, 'password-rests');
      }, 'server');
    } catch (error) {
      this.logger.warn({ event: 'sys_mail_store_failed', what: 'password-rests', reason: wordsOf(error) });
    }
  }
}
