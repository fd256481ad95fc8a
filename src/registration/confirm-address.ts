import { Injectable } from '@nestjs/common';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { ConfirmEmailChange } from './confirm-email-change.js';
import {
  type Confirmation,
  ConfirmRegistration,
  type RegisteredOutcome,
  type RegistrationKind,
} from './confirm-registration.js';
import { ConfirmStoredAddress } from './confirm-stored-address.js';

/** What a confirmed link leads to. */
export type LinkKind =
  | { readonly kind: 'over' }
  /** An address that its account has already, or is to have from then on. */
  | { readonly kind: 'stored' | 'email-change'; readonly address: string }
  | RegistrationKind;

export type ConfirmAddressOutcome =
  { readonly outcome: 'address-changed' } | { readonly outcome: 'address-confirmed' } | RegisteredOutcome;

/** What the links of this page are for. */
const PURPOSES = ['register', 'email-change', 'confirm-address'] as const;

/** Acts on a confirmed address: makes the account that waited for it, or changes or confirms the address of one. */
@Injectable()
export class ConfirmAddress {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly registrations: ConfirmRegistration,
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
    if (token.purpose === 'register') return this.registrations.look(token, browser);
    const isKnown = await this.registrations.knows(token.address);
    return isKnown ? { kind: 'known' } : { kind: 'email-change', address: token.address };
  }

  /** Uses the link. @throws HashingOverloaded, Unavailable */
  async confirm(given: Confirmation, origin: RequestOrigin): Promise<ConfirmAddressOutcome> {
    const token = await this.tokens.look(given.token, ...PURPOSES);
    if (token === null) return { outcome: 'over' };
    if (token.purpose === 'confirm-address') return this.stored.confirm(token, origin);
    if (token.purpose === 'register') return this.registrations.confirm(token, given, origin);
    if (await this.registrations.knows(token.address)) return { outcome: 'known' };
    return this.changes.confirm(token, origin);
  }
}
