import { Injectable } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, hours, minutes } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import type { BudgetPolicy } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';

/** What a mail that somebody asked for is about. Each has a budget of its own: none can use up another's. */
export const MAIL_PURPOSES = [
  'reset',
  'register',
  'register-again',
  'email-change',
  'confirm-address',
  'factor-reset',
] as const;

/** One of these. */
export type MailPurpose = (typeof MAIL_PURPOSES)[number];

/**
 * Mails that can be asked for: to one mail address for one purpose, from one network address, and by one account
 * (OWASP Forgot Password). The first never makes anybody wait longer than until the last mail is five minutes old:
 * whoever owns the address has that one.
 */
export const MAIL_BUDGETS = {
  to: { free: 3, firstDelay: minutes(5), longestDelay: minutes(5), memory: hours(1) },
  from: { free: 10, firstDelay: minutes(1), longestDelay: minutes(15), memory: hours(1) },
  by: { free: 10, firstDelay: minutes(1), longestDelay: minutes(15), memory: hours(1) },
} as const satisfies Readonly<Record<string, BudgetPolicy>>;

/** Who asks: a visitor is counted by the network address, a signed-in person or a known browser by the account, which nobody else can spend. */
export type MailAsker = { readonly ip: string } | { readonly account: string };

/** Keeps the forms that send mails from being used to pester people. */
@Injectable()
export class MailBudget {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /**
   * Counts one mail against the address it goes to and against who asks. For forms that send one to whatever is
   * typed; an address that nobody uses counts like one that somebody uses, so a refusal does not tell them apart.
   * @param addressKey the compared form of the mail address.
   * @returns how long until the next one may be asked for; null where this one may go. @throws Unavailable
   */
  spend(addressKey: string, purpose: MailPurpose, asker: MailAsker): Promise<Duration | null> {
    const budgets = [this.to(addressKey, purpose), this.askedBy(asker)];
    return this.store.spend(budgets, this.clock.now(), 'ip' in asker ? 'visitor' : 'person');
  }

  /**
   * Counts one request against who asks, and nothing against the address: for forms that send a mail to few of the
   * addresses that are typed. @returns as {@link spend}. @throws Unavailable
   */
  ask(asker: MailAsker): Promise<Duration | null> {
    return this.store.spend([this.askedBy(asker)], this.clock.now(), 'ip' in asker ? 'visitor' : 'person');
  }

  /**
   * Counts one mail against the address it goes to.
   * @param addressKey null where none goes: the same work is done for nobody.
   * @returns whether it may go. Whoever asked must not learn that. @throws Unavailable
   */
  async send(addressKey: string | null, typedKey: string, purpose: MailPurpose): Promise<boolean> {
    const budget = { ...this.to(addressKey ?? `nobody:${typedKey}`, purpose), quiet: true };
    const done = await this.store.count([budget], this.clock.now());
    return done.outcome === 'counted' && !done.spent;
  }

  private to(addressKey: string, purpose: MailPurpose): Budget {
    return this.budget('to', `${purpose}:${addressKey}`);
  }

  private askedBy(asker: MailAsker): Budget {
    return 'ip' in asker ? this.budget('from', addressBlock(asker.ip)) : this.budget('by', asker.account);
  }

  private budget(kind: keyof typeof MAIL_BUDGETS, what: string): Budget {
    return {
      key: deriveSecret(this.secrets.first('mail budgets'), `${kind}:${what}`),
      policy: MAIL_BUDGETS[kind],
    };
  }
}
