import { Injectable } from '@nestjs/common';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { tooManyMails } from '../recovery/mail-form.js';
import { MailBudget } from '../throttle/mail-budget.js';
import type { EmailAddress } from '../users/email-address.js';
import type { ChosenPassword } from '../users/password-policy.js';
import { Register } from './register.js';
import { type RefusedAccount, RegistrationCheck } from './registration-check.js';
import { NAME_TAKEN } from './registration.words.js';

/** The form of somebody who wants an account. */
export interface RegistrationFields extends ChosenPassword {
  readonly username: string;
  readonly email: string;
}

export type AskOutcome = { readonly outcome: 'asked'; readonly email: EmailAddress } | RefusedAccount;

/** Takes a registration. A mail is counted, and a password hashed, only where nothing is wrong with the form. */
@Injectable()
export class AskForAccount {
  constructor(
    private readonly check: RegistrationCheck,
    private readonly budget: MailBudget,
    private readonly registrations: Register,
  ) {}

  /** @param mark called once nothing stands against it: marks the browser, and gives the digest of what it was marked with. @throws HashingOverloaded, Unavailable */
  async ask(
    fields: RegistrationFields,
    mark: () => Promise<string>,
    origin: RequestOrigin,
  ): Promise<AskOutcome> {
    const { username: typed, email: address, ...chosen } = fields;
    const wanted = { username: typed, email: address, chosen, taken: NAME_TAKEN, counted: origin };
    const checked = await this.check.check(wanted);
    if (checked.outcome === 'refused') return checked;
    const { username, email } = checked;
    const wait = await this.budget.spend(email.key, 'register', origin);
    if (wait !== null) return { outcome: 'refused', ...tooManyMails(wait) };
    const passwordHash = await this.check.hash(chosen.password);
    await this.registrations.request({ username, email, passwordHash, browser: await mark() }, origin);
    return { outcome: 'asked', email };
  }
}
