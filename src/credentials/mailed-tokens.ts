import { Injectable, type OnModuleInit } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { Mailer } from '../mail/mailer.js';
import { OneTimeToken } from './one-time-token.entity.js';

/**
 * Makes tokens good again whose mail could not be sent in their time: nobody has them yet. What was used,
 * replaced or voided meanwhile stays so.
 */
@Injectable()
export class MailedTokens implements OnModuleInit {
  constructor(
    private readonly transaction: Transaction,
    private readonly mailer: Mailer,
  ) {}

  onModuleInit(): void {
    this.mailer.renewTokensBy((digest, until) => this.renew(digest, until));
  }

  private async renew(digest: string, until: Instant): Promise<boolean> {
    const done = await this.transaction.one(
      manager => manager.update(OneTimeToken, { digest, usedAt: IsNull() }, { expiresAt: until }),
      'server',
    );
    return done.affected === 1;
  }
}
