import { Injectable } from '@nestjs/common';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { sameSecret } from '../crypto/secret-token.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword } from '../users/password-policy.js';
import type { User } from '../users/user.entity.js';
import { ConfirmEmailChange } from './confirm-email-change.js';
import { ConfirmStoredAddress } from './confirm-stored-address.js';
import { NewAccount, type NewAccountOutcome } from './new-account.js';
import { Pending } from './register.js';
import { NAME_TAKEN_SINCE } from './registration.words.js';

/** What a confirmed link leads to. */
export type LinkKind =
  | { readonly kind: 'over' }
  /** Its address has an account by now. */
  | { readonly kind: 'known' }
  /** An address that its account has already, or is to have from then on. */
  | { readonly kind: 'stored' | 'email-change'; readonly address: string }
  /** `own`: this is the browser that registered; any other sets its own password. */
  | { readonly kind: 'register'; readonly address: string; readonly username: string; readonly own: boolean };

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

export type ConfirmAddressOutcome =
  | { readonly outcome: 'address-changed' }
  | { readonly outcome: 'address-confirmed' }
  | Exclude<NewAccountOutcome, { outcome: 'created' }>
  /** `mark`: the digest of what the browser that registered was marked with. */
  | {
      readonly outcome: 'registered';
      readonly mark: string;
      readonly user: User;
      readonly passwordHash: string;
    };

/** What the links of this page are for. */
const PURPOSES = ['register', 'email-change', 'confirm-address'] as const;

/** Acts on a confirmed address: makes the account that waited for it, or changes or confirms the address of one. */
@Injectable()
export class ConfirmAddress {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly accounts: NewAccount,
    private readonly changes: ConfirmEmailChange,
    private readonly stored: ConfirmStoredAddress,
  ) {}

  /** What a link is for; looking uses nothing up. */
  async look(plain: string, browser: readonly string[]): Promise<LinkKind> {
    const token = await this.tokens.look(plain, ...PURPOSES);
    if (token === null) return { kind: 'over' };
    if (token.purpose === 'confirm-address')
      return (await this.stored.isGood(token))
        ? { kind: 'stored', address: token.address }
        : { kind: 'over' };
    if (await this.accounts.knows(token.address)) return { kind: 'known' };
    if (token.purpose === 'email-change') return { kind: 'email-change', address: token.address };
    const { username, own } = pendingOf(token, browser);
    return { kind: 'register', address: token.address, username, own };
  }

  /**
   * Uses the link. The password chosen at registration counts only in the browser it was chosen in: whoever
   * registers with somebody else's address and waits for them to click gains nothing (account pre-hijacking,
   * Sudhodanan and Paverd, USENIX Security 2022).
   * @throws HashingOverloaded, Unavailable
   */
  async confirm(given: Confirmation, origin: RequestOrigin): Promise<ConfirmAddressOutcome> {
    const token = await this.tokens.look(given.token, ...PURPOSES);
    if (token === null) return { outcome: 'over' };
    if (token.purpose === 'confirm-address') return this.stored.confirm(token, origin);
    if (await this.accounts.knows(token.address)) return { outcome: 'known' };
    return token.purpose === 'email-change'
      ? this.changes.confirm(token, origin)
      : this.register(token, given, origin);
  }

  private async register(
    token: OneTimeToken,
    { username, password, browser }: Confirmation,
    origin: RequestOrigin,
  ): Promise<ConfirmAddressOutcome> {
    const pending = pendingOf(token, browser);
    const before = pending.own ? { hash: pending.passwordHash } : { password: '' };
    const wanted = { username: username ?? pending.username, password: password ?? before };
    const done = await this.accounts.create(
      { token, ...wanted, role: 'user', taken: NAME_TAKEN_SINCE },
      origin,
    );
    return done.outcome === 'created' ? { ...done, outcome: 'registered', mark: pending.browser } : done;
  }
}

function pendingOf(token: OneTimeToken, browser: readonly string[]) {
  const details: unknown = JSON.parse(token.details);
  const pending = Pending.parse(details);
  return { ...pending, own: browser.some(mark => sameSecret(mark, pending.browser)) };
}
