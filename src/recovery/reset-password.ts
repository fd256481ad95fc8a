import { Injectable } from '@nestjs/common';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { Passwords, type SetPasswordOutcome } from '../credentials/passwords.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword } from '../users/password-policy.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { AfterReset } from './after-reset.js';

export type ResetOutcome =
  | { readonly outcome: 'changed'; readonly passwordHash: string; readonly user: User }
  | Exclude<SetPasswordOutcome, { outcome: 'changed' }>;

/** Sets a new password for whoever has the mailed link. */
@Injectable()
export class ResetPassword {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly after: AfterReset,
  ) {}

  /** Whose password a link sets; null where it opens nothing (any more). Looking uses nothing up. */
  async look(plain: string | null): Promise<User | null> {
    return (await this.find(plain))?.user ?? null;
  }

  /**
   * Sets the password, ends every session, lifts the throttle on the account. The address is its person's from then on:
   * one that an operator typed is confirmed by it.
   * "gone": the link is no good (any more). @throws HashingOverloaded, Unavailable
   */
  async reset(plain: string | null, chosen: ChosenPassword, origin: RequestOrigin): Promise<ResetOutcome> {
    const found = await this.find(plain);
    if (found === null) return { outcome: 'gone' };
    const { token, user } = found;
    const done = await this.passwords.set(
      {
        user,
        ...chosen,
        doubt: { kind: 'reset', since: null, openedAt: token.address },
        onlyIf: async manager => (await this.tokens.use(manager, token)) !== null,
        alongside: manager => this.after.notify(manager, user, origin),
      },
      origin,
    );
    if (done.outcome !== 'changed') return done;
    await this.after.liftThrottle(user, origin);
    return { ...done, user };
  }

  /** A link dies with the address it was sent to, and with the account. */
  private async find(plain: string | null): Promise<{ token: OneTimeToken; user: User } | null> {
    const token = await this.tokens.look(plain, 'reset');
    const user = token === null ? null : await this.users.findById(token.subject);
    if (token === null || user === null || user.disabledAt !== null || user.email !== token.address)
      return null;
    return { token, user };
  }
}
