import { Injectable } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, hours } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import type { BudgetPolicy } from './attempt-policy.js';
import { AttemptStore } from './attempt-store.js';

const perHour = (free: number): BudgetPolicy => ({
  free,
  firstDelay: hours(1),
  longestDelay: hours(1),
  memory: hours(1),
});

/** Mails that anybody can make us send: to one mail address, and from one network address (OWASP Forgot Password). */
export const MAIL_BUDGETS = { to: perHour(3), from: perHour(10) } as const;

/** Keeps the forms that send mails from being used to pester people. Unknown addresses count like known ones. */
@Injectable()
export class MailBudget {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /**
   * Counts one mail.
   * @param addressKey the compared form of the mail address.
   * @returns how long until the next one may be asked for; null where this one may go. @throws Unavailable
   */
  spend(addressKey: string, ip: string): Promise<Duration | null> {
    const budgets = [
      { key: deriveSecret(this.secrets.first('mail budgets'), `to:${addressKey}`), policy: MAIL_BUDGETS.to },
      {
        key: deriveSecret(this.secrets.first('mail budgets'), `from:${addressBlock(ip)}`),
        policy: MAIL_BUDGETS.from,
      },
    ];
    return this.store.spend(budgets, this.clock.now());
  }
}
