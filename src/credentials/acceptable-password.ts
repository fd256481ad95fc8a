import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { PasswordPolicy, type PasswordOwner } from '../users/password-policy.js';

export type HashOutcome =
  | { readonly outcome: 'hashed'; readonly passwordHash: string }
  /** The password may not be used; `sentence` says what to do. */
  | { readonly outcome: 'refused'; readonly sentence: string };

/** Turns a chosen password into its hash, if the policy takes it. Every new password passes here. */
@Injectable()
export class AcceptablePassword {
  constructor(
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws HashingOverloaded */
  async hash(password: string, owner: PasswordOwner): Promise<HashOutcome> {
    const sentence = await this.policy.problemWith(password, owner);
    if (sentence !== null) return { outcome: 'refused', sentence };
    return { outcome: 'hashed', passwordHash: await this.hasher.hash(password) };
  }
}
