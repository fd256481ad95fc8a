import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword } from '../users/password-policy.js';
import { NewAccount, type NewAccountOutcome } from './new-account.js';
import { NAME_TAKEN } from './registration.words.js';

/** What an invitation grants. */
export const Invited = z.object({ role: z.enum(['user', 'admin']) });

/** "over": it is no good (any more). "known": the address it went to has an account by now. */
export type Invitation =
  { readonly kind: 'over' | 'known' } | { readonly kind: 'good'; readonly address: string };

/** Lets invited people choose a name and a password. */
@Injectable()
export class Invitations {
  constructor(
    private readonly tokens: OneTimeTokens,
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
    { username, password }: { readonly username: string; readonly password: ChosenPassword },
    origin: RequestOrigin,
  ): Promise<NewAccountOutcome> {
    const token = await this.tokens.look(plain, 'invite');
    if (token === null) return { outcome: 'over' };
    if (await this.accounts.knows(token.address)) return { outcome: 'known' };
    const details: unknown = JSON.parse(token.details);
    const { role } = Invited.parse(details);
    return this.accounts.create({ token, username, password, role, taken: NAME_TAKEN }, origin);
  }
}
