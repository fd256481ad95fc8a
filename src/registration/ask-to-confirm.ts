import { Injectable } from '@nestjs/common';
import { OneTimeTokens, TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { Transaction } from '../database/transaction.js';
import type { Duration } from '../kernel/durations.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Mailer } from '../mail/mailer.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import { parseEmailAddress } from '../users/email-address.js';

export type AskToConfirmOutcome =
  | { readonly outcome: 'asked'; readonly address: string }
  /** They have no address, or it is confirmed. */
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'too-often'; readonly retryAfter: Duration };

/** Sends people a link to the address that they have, where nobody knows yet whether it is theirs. */
@Injectable()
export class AskToConfirm {
  constructor(
    private readonly transaction: Transaction,
    private readonly tokens: OneTimeTokens,
    private readonly mailer: Mailer,
    private readonly budget: MailBudget,
  ) {}

  /** Promises the mail; a link that was sent before is void. The account stays as it is. @throws Unavailable */
  async ask(person: CurrentPerson): Promise<AskToConfirmOutcome> {
    const { id: subject, email } = person;
    const address = email === null ? null : parseEmailAddress(email);
    if (email === null || address === null || confirmedAddress(person) !== null)
      return { outcome: 'nothing' };
    const retryAfter = await this.budget.spend(address.key, 'confirm-address', { account: subject });
    if (retryAfter !== null) return { outcome: 'too-often', retryAfter };
    await this.transaction.run(async manager => {
      const request = { purpose: 'confirm-address', subject, address: email } as const;
      const plain = await this.tokens.issue(manager, request);
      // Nobody knows whose address it is: nothing that somebody chose goes there, their name included.
      const model = { link: this.mailer.link('/verify', plain) };
      const token = { plain, lasts: TOKEN_LIFE['confirm-address'] };
      await this.mailer.promise(manager, { to: email, template: 'confirm-address', model, token });
    });
    return { outcome: 'asked', address: email };
  }
}
