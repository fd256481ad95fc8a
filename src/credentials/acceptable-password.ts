import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import { type ChosenPassword, PasswordPolicy, type PasswordOwner } from '../users/password-policy.js';

export type HashOutcome =
  | { readonly outcome: 'hashed'; readonly passwordHash: string }
  /** The password may not be used; the sentences say what to do. */
  | { readonly outcome: 'refused'; readonly errors: FieldErrors };

/** Turns a chosen password into its hash, if the policy takes it. Every new password passes here. */
@Injectable()
export class AcceptablePassword {
  constructor(
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
  ) {}

  /** What is wrong with a form's fields for a password; null where nothing is. */
  errorsIn(chosen: ChosenPassword, owner: PasswordOwner): Promise<FieldErrors | null> {
    return this.policy.errorsIn(chosen, owner);
  }

  /** @throws HashingOverloaded */
  async hash(chosen: ChosenPassword, owner: PasswordOwner): Promise<HashOutcome> {
    const errors = await this.errorsIn(chosen, owner);
    if (errors !== null) return { outcome: 'refused', errors };
    return { outcome: 'hashed', passwordHash: await this.hasher.hash(chosen.password) };
  }
}
