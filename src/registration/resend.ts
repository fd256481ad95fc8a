import { Injectable } from '@nestjs/common';
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
  ) {}

  /** For an address that waits for no link, and for one that got too many, the same work is done for nobody. @throws Unavailable */
  async request(email: EmailAddress): Promise<void> {
    const waits = await this.tokens.isWaiting('register', email.key);
    const goes = await this.budget.send(waits ? email.key : null, email.key, 'register-again');
    await this.registrations.again(email, goes);
  }
}
