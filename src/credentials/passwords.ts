import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword, PasswordOwner } from '../users/password-policy.js';
import { User } from '../users/user.entity.js';
import { AcceptablePassword } from './acceptable-password.js';
import { Compromise, type Doubt } from './compromise.js';

/** A new password for somebody. */
export interface NewPassword extends ChosenPassword {
  readonly user: Pick<User, 'id' | 'username' | 'email'>;
  /** The id hash of the session that goes on, because its person sets the password with it; else all end. */
  readonly except?: string | null;
  /** Why a new one: what is in doubt ends with the old one. Null: its owner chose so, signed in. */
  readonly doubt: Doubt | null;
  /** Runs first in the transaction; false: nothing is changed. */
  readonly onlyIf?: (manager: EntityManager) => Promise<boolean>;
  /** What must be kept together with it; runs in its transaction, after all sessions are ended. */
  readonly alongside?: (manager: EntityManager, passwordHash: string) => Promise<void>;
}

export type SetPasswordOutcome =
  | { readonly outcome: 'changed'; readonly passwordHash: string }
  /** The password may not be used; the sentences say what to do. */
  | { readonly outcome: 'refused'; readonly errors: FieldErrors }
  /** The account was deleted meanwhile, or `onlyIf` said no. */
  | { readonly outcome: 'gone' };

/** The only way to change a password. */
@Injectable()
export class Passwords {
  constructor(
    private readonly acceptable: AcceptablePassword,
    private readonly compromise: Compromise,
    private readonly clock: Clock,
  ) {}

  /** What is wrong with a form's fields for a new password; null where nothing is. Nothing is hashed for that. */
  errorsIn(chosen: ChosenPassword, owner: PasswordOwner): Promise<FieldErrors | null> {
    return this.acceptable.errorsIn(chosen, owner);
  }

  /**
   * Sets a password, and ends with the old one what {@link Compromise} says: all the person’s sign-ins but `except` in any case.
   * @throws HashingOverloaded, Unavailable
   */
  async set(
    { user, doubt, except = null, onlyIf, alongside, ...chosen }: NewPassword,
    origin: RequestOrigin,
  ): Promise<SetPasswordOutcome> {
    const hashed = await this.acceptable.hash(chosen, user);
    if (hashed.outcome === 'refused') return hashed;
    const { passwordHash } = hashed;
    const applied = await this.compromise.apply({
      userId: user.id,
      doubt,
      event: 'authn_password_change',
      origin,
      except,
      change: async manager => {
        if (onlyIf !== undefined && !(await onlyIf(manager))) return false;
        const change = { passwordHash, passwordChangedAt: this.clock.now() };
        return ((await manager.update(User, { id: user.id }, change)).affected ?? 0) > 0;
      },
      alongside: manager => alongside?.(manager, passwordHash),
    });
    return applied ? { outcome: 'changed', passwordHash } : { outcome: 'gone' };
  }
}
