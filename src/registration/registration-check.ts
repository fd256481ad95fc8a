import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { Duration } from '../kernel/durations.js';
import { FormBudget } from '../throttle/form-budget.js';
import { parseEmailAddress } from '../users/email-address.js';
import { PASSWORDS_DIFFER, PasswordPolicy } from '../users/password-policy.js';
import { parseUsername, type Username } from '../users/username.js';
import { UsersService } from '../users/users.service.js';
import { tooManyNames } from './new-account.js';

/** What somebody filled in. */
export interface RegistrationFields {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly password_again: string;
}

export type CheckOutcome =
  | { readonly outcome: 'fine'; readonly username: Username }
  | {
      readonly outcome: 'refused';
      readonly field: 'username' | 'password' | 'password_again';
      readonly sentence: string;
      /** 429 where nothing was looked up, because too many names were asked about. */
      readonly status?: number;
      readonly retryAfter?: Duration;
    };

/**
 * Checks a registration before anything is kept. That a username is taken is told: names are public here, but
 * nobody gets to try out thousands. Whether an address is known is not told.
 */
@Injectable()
export class RegistrationCheck {
  constructor(
    private readonly users: UsersService,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly budget: FormBudget,
  ) {}

  /** What to tell somebody who is about to choose a password. */
  get passwordHint(): string {
    return this.policy.hint;
  }

  /** Whether name and password may be used. @param ip whose budget of names it is counted against. @throws Unavailable */
  async names(
    { username: typed, email, password, password_again: again }: RegistrationFields,
    ip: string,
  ): Promise<CheckOutcome> {
    const username = parseUsername(typed);
    if ('problem' in username) return refused('username', username.problem);
    const retryAfter = await this.budget.nameFrom(ip);
    if (retryAfter !== null)
      return { ...refused('username', tooManyNames(retryAfter)), status: 429, retryAfter };
    if ((await this.users.findByLogin(username.display)) !== null) {
      return refused('username', 'That username is taken, or looks like one that is. Choose another.');
    }
    if (password !== again) return refused('password_again', PASSWORDS_DIFFER);
    const owner = { username: username.display, email: parseEmailAddress(email)?.display ?? null };
    const problem = await this.policy.problemWith(password, owner);
    return problem === null ? { outcome: 'fine', username } : refused('password', problem);
  }

  /** @throws HashingOverloaded */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }
}

const refused = (field: 'username' | 'password' | 'password_again', sentence: string) =>
  ({ outcome: 'refused', field, sentence }) as const;
