import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccountChange } from '../sessions/account-change.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { User } from '../users/user.entity.js';

/** A new password for somebody. */
export interface NewPassword {
  readonly user: Pick<User, 'id' | 'username' | 'email'>;
  readonly password: string;
  /** What must be kept together with it; runs in its transaction, after all sessions are ended. */
  readonly alongside?: (manager: EntityManager, passwordHash: string) => Promise<void>;
}

export type SetPasswordOutcome =
  | { readonly outcome: 'changed' }
  /** The password may not be used; `sentence` says what to do. */
  | { readonly outcome: 'refused'; readonly sentence: string }
  /** The account was deleted meanwhile. */
  | { readonly outcome: 'gone' };

/** The only way to change a password. */
@Injectable()
export class Passwords {
  constructor(
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly accounts: AccountChange,
    private readonly clock: Clock,
  ) {}

  /** Sets a password and ends all the person's sessions with it. @throws HashingOverloaded, Unavailable */
  async set({ user, password, alongside }: NewPassword, origin: RequestOrigin): Promise<SetPasswordOutcome> {
    const problem = await this.policy.problemWith(password, user);
    if (problem !== null) return { outcome: 'refused', sentence: problem };
    const passwordHash = await this.hasher.hash(password);
    const applied = await this.accounts.apply({
      userId: user.id,
      event: 'authn_password_change',
      origin,
      alongside: manager => alongside?.(manager, passwordHash),
      change: async manager => {
        const change = { passwordHash, passwordChangedAt: this.clock.now() };
        return ((await manager.update(User, { id: user.id }, change)).affected ?? 0) > 0;
      },
    });
    return applied ? { outcome: 'changed' } : { outcome: 'gone' };
  }
}
