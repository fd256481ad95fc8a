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

  /** The address an invitation went to; null where it is no good (any more). Looking uses nothing up. */
  async addressOf(plain: string | null): Promise<string | null> {
    return (await this.tokens.look(plain, 'invite'))?.address ?? null;
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
