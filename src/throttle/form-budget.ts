import { Injectable } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, hours, minutes, seconds } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import type { BudgetPolicy } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';
import type { MailAsker } from './mail-budget.js';

/** What a form may be used for so many times, then ever more slowly. */
export const FORM_BUDGETS = {
  /** Usernames that one network address may ask about, at registration. */
  'names-from': { free: 20, firstDelay: minutes(1), longestDelay: minutes(15), memory: hours(1) },
  /** Usernames that one mailed link may ask about: nobody but who has the link can spend it. */
  'names-of-link': { free: 20, firstDelay: minutes(1), longestDelay: minutes(15), memory: hours(1) },
  /** Wrong set-up codes from one network address. */
  'setup-code': { free: 10, firstDelay: seconds(30), longestDelay: minutes(15), memory: hours(24) },
} as const satisfies Readonly<Record<string, BudgetPolicy>>;

/** How often a form of a module may be sent. */
export interface FormPolicy extends BudgetPolicy {
  /** Tells its counts from those of other forms. */
  readonly name: string;
}

/** Makes it slow to try out what a form tells: which usernames there are, and what the set-up code is. */
@Injectable()
export class FormBudget {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /**
   * Counts one use of a module's own form against who sends it: a person, whom nobody else can use up, or a visitor's
   * network address. @returns how long to wait; null for not at all. @throws Unavailable
   */
  use({ name, ...policy }: FormPolicy, by: MailAsker): Promise<Duration | null> {
    const who = 'ip' in by ? `from ${addressBlock(by.ip)}` : `by ${by.account}`;
    const budget = { key: this.keyOf(`own:${name}:${who}`), policy };
    return this.store.spend([budget], this.clock.now(), 'ip' in by ? 'visitor' : 'person');
  }

  /** Counts one username that is asked about from this address. @returns how long to wait; null for not at all. @throws Unavailable */
  nameFrom(ip: string): Promise<Duration | null> {
    return this.store.spend([this.budget('names-from', addressBlock(ip))], this.clock.now());
  }

  /** Counts one username that is asked about with a mailed link. @param digest the link's. @returns as {@link nameFrom}. @throws Unavailable */
  nameOfLink(digest: string): Promise<Duration | null> {
    return this.store.spend([this.budget('names-of-link', digest)], this.clock.now());
  }

  /** Counts one set-up code as wrong, before it is compared. @returns as {@link nameFrom}. @throws Unavailable */
  setupCode(ip: string): Promise<Duration | null> {
    return this.store.spend([this.budget('setup-code', addressBlock(ip))], this.clock.now());
  }

  /** The code was right: nothing counts against that address any more. @throws Unavailable */
  async rightSetupCode(ip: string): Promise<void> {
    await this.store.giveBack([this.budget('setup-code', addressBlock(ip))], [], this.clock.now());
  }

  private budget(kind: keyof typeof FORM_BUDGETS, what: string): Budget {
    return { key: this.keyOf(`${kind}:${what}`), policy: FORM_BUDGETS[kind] };
  }

  private keyOf(what: string): string {
    return deriveSecret(this.secrets.first('form budgets'), what);
  }
}
