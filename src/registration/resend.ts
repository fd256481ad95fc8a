import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { MailBudget } from '../throttle/mail-budget.js';
import type { EmailAddress } from '../users/email-address.js';
import { Register } from './register.js';

/** Sends the link of a registration once more. Only mails that go count against the address, and nobody sees which do. */
@Injectable()
export class Resend {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly budget: MailBudget,
    private readonly registrations: Register,
    private readonly config: AppConfig,
  ) {}

  /**
   * For an address that waits for no link, for one that got too many, and where nobody may register by now, the same work is
   * done for nobody. @throws Unavailable
   */
  async request(email: EmailAddress): Promise<void> {
    const isWaiting = await this.tokens.isWaiting('register', email.key);
    const waits = isWaiting && this.config.registration === 'open';
    const goes = await this.budget.send(waits ? email.key : null, email.key, 'register-again');
    await this.registrations.again(email, waits && goes);
  }
}
