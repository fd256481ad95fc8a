import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccountChange } from '../sessions/account-change.js';
import { User } from '../users/user.entity.js';
import { AcceptablePassword } from './acceptable-password.js';
import { OneTimeTokens } from './one-time-tokens.js';

/** A new password for somebody. */
export interface NewPassword {
  readonly user: Pick<User, 'id' | 'username' | 'email'>;
  readonly password: string;
  /** Runs first in the transaction; false: nothing is changed. */
  readonly onlyIf?: (manager: EntityManager) => Promise<boolean>;
  /** What must be kept together with it; runs in its transaction, after all sessions are ended. */
  readonly alongside?: (manager: EntityManager, passwordHash: string) => Promise<void>;
}

export type SetPasswordOutcome =
  | { readonly outcome: 'changed' }
  /** The password may not be used; `sentence` says what to do. */
  | { readonly outcome: 'refused'; readonly sentence: string }
  /** The account was deleted meanwhile, or `onlyIf` said no. */
  | { readonly outcome: 'gone' };

/** The only way to change a password. */
@Injectable()
export class Passwords {
  constructor(
    private readonly acceptable: AcceptablePassword,
    private readonly accounts: AccountChange,
    private readonly tokens: OneTimeTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets a password, ends all the person's sessions with it, and voids reset links that are still on their way.
   * @throws HashingOverloaded, Unavailable
   */
  async set(
    { user, password, onlyIf, alongside }: NewPassword,
    origin: RequestOrigin,
  ): Promise<SetPasswordOutcome> {
    const hashed = await this.acceptable.hash(password, user);
    if (hashed.outcome === 'refused') return hashed;
    const { passwordHash } = hashed;
    const applied = await this.accounts.apply({
      userId: user.id,
      event: 'authn_password_change',
      origin,
      change: async manager => {
        if (onlyIf !== undefined && !(await onlyIf(manager))) return false;
        await this.tokens.void(manager, user.id, 'reset', 'email-change');
        const change = { passwordHash, passwordChangedAt: this.clock.now() };
        return ((await manager.update(User, { id: user.id }, change)).affected ?? 0) > 0;
      },
      alongside: manager => alongside?.(manager, passwordHash),
    });
    return applied ? { outcome: 'changed' } : { outcome: 'gone' };
  }
}
