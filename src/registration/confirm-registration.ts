import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { sameSecret } from '../crypto/secret-token.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword } from '../users/password-policy.js';
import type { User } from '../users/user.entity.js';
import { NewAccount, type NewAccountOutcome } from './new-account.js';
import { Pending } from './register.js';
import { NAME_TAKEN_SINCE } from './registration.words.js';

/** What the link of a registration leads to. */
export type RegistrationKind =
  /** Nobody may register by now: it waits until they may. */
  | { readonly kind: 'not-open' }
  /** Its address has an account by now. */
  | { readonly kind: 'known' }
  /** `own`: this is the browser that registered; any other sets its own password. */
  | { readonly kind: 'register'; readonly address: string; readonly username: string; readonly own: boolean };

export type RegisteredOutcome =
  /** As {@link RegistrationKind}'s. */
  | { readonly outcome: 'not-open' }
  | Exclude<NewAccountOutcome, { outcome: 'created' }>
  /** `mark`: the digest of what the browser that registered was marked with. */
  | {
      readonly outcome: 'registered';
      readonly mark: string;
      readonly user: User;
      readonly passwordHash: string;
    };

/** What came with the button. */
export interface Confirmation {
  readonly token: string;
  /** Digests of the marks of the browser it came from. */
  readonly browser: readonly string[];
  /** Another name, where the first was taken meanwhile. */
  readonly username: string | null;
  /** A password of the person's own. */
  readonly password: ChosenPassword | null;
}

/** Makes the account that waited for its address to be confirmed. */
@Injectable()
export class ConfirmRegistration {
  constructor(
    private readonly accounts: NewAccount,
    private readonly config: AppConfig,
  ) {}

  /** Whether an address has an account. @throws Unavailable */
  knows(address: string): Promise<boolean> {
    return this.accounts.knows(address);
  }

  /** What a link is for; looking uses nothing up. @param browser as in {@link Confirmation}. @throws Unavailable */
  async look(token: OneTimeToken, browser: readonly string[]): Promise<RegistrationKind> {
    if (!this.isOpen) return { kind: 'not-open' };
    const { address } = token;
    if (await this.knows(address)) return { kind: 'known' };
    const { username, own } = pendingOf(token, browser);
    return { kind: 'register', address, username, own };
  }

  /**
   * Uses the link. The password chosen at registration counts only in the browser it was chosen in: whoever
   * registers with somebody else's address and waits for them to click gains nothing (account pre-hijacking,
   * Sudhodanan and Paverd, USENIX Security 2022).
   * @throws HashingOverloaded, Unavailable
   */
  async confirm(
    token: OneTimeToken,
    { username, password, browser }: Confirmation,
    origin: RequestOrigin,
  ): Promise<RegisteredOutcome> {
    if (!this.isOpen) return { outcome: 'not-open' };
    if (await this.knows(token.address)) return { outcome: 'known' };
    const pending = pendingOf(token, browser);
    const before = pending.own ? { hash: pending.passwordHash } : { password: '' };
    const wanted = { username: username ?? pending.username, password: password ?? before };
    const done = await this.accounts.create(
      { token, ...wanted, role: 'user', taken: NAME_TAKEN_SINCE },
      origin,
    );
    return done.outcome === 'created' ? { ...done, outcome: 'registered', mark: pending.browser } : done;
  }

  /** Who registered while everybody could gets no account once nobody may: closed is closed. */
  private get isOpen(): boolean {
    return this.config.registration === 'open';
  }
}

function pendingOf(token: OneTimeToken, browser: readonly string[]) {
  const details: unknown = JSON.parse(token.details);
  const pending = Pending.parse(details);
  return { ...pending, own: browser.some(mark => sameSecret(mark, pending.browser)) };
}
