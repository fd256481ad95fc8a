import { Injectable } from '@nestjs/common';
import { Transaction } from '../database/transaction.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { Mailer } from '../mail/mailer.js';
import { ResetCodes } from '../second-factor/reset-codes.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import { parseEmailAddress } from '../users/email-address.js';
import { lockPerson } from '../users/lock-person.js';
import type { User } from '../users/user.entity.js';

/** How long a mailed code is good for (63B 4.2.1.2: a day at most). */
const LIFE: Duration = minutes(30);

/** Mails people whose factors were reset, and nobody before, the code with which they add a new one. */
@Injectable()
export class SendResetCode {
  constructor(
    private readonly codes: ResetCodes,
    private readonly transaction: Transaction,
    private readonly budget: MailBudget,
    private readonly mailer: Mailer,
  ) {}

  /**
   * To a confirmed address alone; who has none got a code from whoever reset their factors.
   * @returns how long to wait where too many were asked for; null where it is on its way, or nothing can be sent.
   * @throws Unavailable
   */
  async send(user: User): Promise<Duration | null> {
    const address = confirmedAddress(user);
    const key = address === null ? null : (parseEmailAddress(address)?.key ?? null);
    if (address === null || key === null) return null;
    const wait = await this.budget.spend(key, 'factor-reset', { account: user.id });
    if (wait !== null) return wait;
    await this.transaction.run(async manager => {
      await lockPerson(manager, user.id);
      const code = await this.codes.issue(manager, user.id, { lasts: LIFE });
      if (code !== null)
        await this.mailer.promise(manager, {
          to: address,
          template: 'factor-reset-code',
          model: { name: user.displayName, code },
        });
    });
    return null;
  }
}
