import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Duration } from '../kernel/durations.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { ForgotPassword } from '../recovery/forgot-password.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { parseEmailAddress } from '../users/email-address.js';
import { UsersService } from '../users/users.service.js';

export type AskForPasswordOutcome =
  | { readonly outcome: 'asked'; readonly address: string }
  /** They have a password, or no address. */
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'too-often'; readonly retryAfter: Duration };

/**
 * A signed-in person's password where it is off: an operator or "this was not me" has switched it off, and they came in by a
 * passkey. There is none that could be asked for, so a new one is set by a mailed link alone.
 */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly users: UsersService,
    private readonly forgot: ForgotPassword,
    private readonly budget: MailBudget,
    private readonly config: AppConfig,
  ) {}

  /**
   * What the page says to somebody without a password: where a link would go, and whether mails go out at all. Null to
   * people who have one. @throws Unavailable
   */
  async lackOf({ id, email }: CurrentPerson) {
    if ((await this.users.passwordHashOf(id)) !== null) return null;
    const mails = this.config.mail.smtp !== null;
    return { mails, linkTo: mails ? email : null };
  }

  /** Promises a mail with a link to set one. A link that was sent before is void. @throws Unavailable */
  async askForOne(person: CurrentPerson, origin: RequestOrigin): Promise<AskForPasswordOutcome> {
    const linkTo = (await this.lackOf(person))?.linkTo ?? null;
    const address = linkTo === null ? null : parseEmailAddress(linkTo);
    if (linkTo === null || address === null) return { outcome: 'nothing' };
    const retryAfter = await this.budget.spend(address.key, 'reset', { account: person.id });
    if (retryAfter !== null) return { outcome: 'too-often', retryAfter };
    await this.forgot.request(address, origin);
    return { outcome: 'asked', address: linkTo };
  }
}
