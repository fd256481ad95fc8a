import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AcceptablePassword } from '../credentials/acceptable-password.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { parseEmailAddress } from '../users/email-address.js';
import { parseUsername } from '../users/username.js';
import { NewAccount, type NewAccountOutcome } from './new-account.js';

/** What an invitation grants. */
export const Invited = z.object({ role: z.enum(['user', 'admin']) });

/** "over": it is no good (any more). "known": the address it went to has an account by now. */
export type Invitation =
  { readonly kind: 'over' | 'known' } | { readonly kind: 'good'; readonly address: string };

export type AcceptOutcome =
  | { readonly outcome: 'accepted' }
  | Exclude<NewAccountOutcome, { outcome: 'created' }>
  | { readonly outcome: 'refused'; readonly field: 'username' | 'password'; readonly sentence: string };

/** Lets invited people choose a name and a password. */
@Injectable()
export class Invitations {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly acceptable: AcceptablePassword,
    private readonly accounts: NewAccount,
  ) {}

  /** What an invitation is good for; looking uses nothing up. @throws Unavailable */
  async look(plain: string | null): Promise<Invitation> {
    const token = await this.tokens.look(plain, 'invite');
    if (token === null) return { kind: 'over' };
    const { address } = token;
    return (await this.accounts.knows(address)) ? { kind: 'known' } : { kind: 'good', address };
  }

  /** @throws HashingOverloaded, Unavailable */
  async accept(
    plain: string | null,
    chosen: { readonly username: string; readonly password: string },
    origin: RequestOrigin,
  ): Promise<AcceptOutcome> {
    const token = await this.tokens.look(plain, 'invite');
    const email = token === null ? null : parseEmailAddress(token.address);
    if (token === null || email === null) return { outcome: 'over' };
    if (await this.accounts.knows(email.key)) return { outcome: 'known' };
    const username = parseUsername(chosen.username);
    if ('problem' in username) return { outcome: 'refused', field: 'username', sentence: username.problem };
    const owner = { username: username.display, email: email.display };
    const hashed = await this.acceptable.hash(chosen.password, owner);
    if (hashed.outcome === 'refused') return { ...hashed, field: 'password' };
    const { passwordHash } = hashed;
    const details: unknown = JSON.parse(token.details);
    const { role } = Invited.parse(details);
    const allowed = { token, username, email, passwordHash, role };
    const done = await this.accounts.create(allowed, 'That username is taken. Choose another.', origin);
    return done.outcome === 'created' ? { outcome: 'accepted' } : done;
  }
}
