import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../crypto/password-hasher.js';
import type { FormRefusal } from '../http/refused-form.js';
import type { Duration } from '../kernel/durations.js';
import { fieldErrors } from '../kernel/field-errors.js';
import { FormBudget } from '../throttle/form-budget.js';
import { tooOften } from '../throttle/too-often.js';
import { type EmailAddress, parseEmailAddress } from '../users/email-address.js';
import { type ChosenPassword, PasswordPolicy } from '../users/password-policy.js';
import { parseChosenUsername } from '../users/reserved-names.js';
import type { Username, UsernameProblem } from '../users/username.js';
import { UsersService } from '../users/users.service.js';
import { NO_ADDRESS } from '../users/users.words.js';
import { tooManyNames } from './registration.words.js';

/** What somebody wants of an account, as they typed it. */
export interface WantedAccount {
  readonly username: string;
  readonly email: string;
  /** Null where it was chosen, and checked, before. */
  readonly chosen: ChosenPassword | null;
  /** What a name that somebody has is told. */
  readonly taken: string;
  /** Against whom it counts that a name is asked about: a network address, or a mailed link, by its digest. */
  readonly counted: { readonly ip: string } | { readonly link: string };
}

/** The form cannot stay as it is; 429 where nothing was looked up, because too many names were asked about. */
export type RefusedAccount = { readonly outcome: 'refused' } & FormRefusal;

export type CheckOutcome =
  { readonly outcome: 'fine'; readonly username: Username; readonly email: EmailAddress } | RefusedAccount;

/**
 * Checks what somebody wants before anything is kept, every field at once. That a username is taken is told: names are
 * public here, but nobody gets to try out thousands. Whether an address is known is not told.
 */
@Injectable()
export class RegistrationCheck {
  constructor(
    private readonly users: UsersService,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly budget: FormBudget,
  ) {}

  /** Whether name, address and password may be used. @throws Unavailable */
  async check(wanted: WantedAccount): Promise<CheckOutcome> {
    const { username: typed, email: address, chosen, taken, counted } = wanted;
    const username = parseChosenUsername(typed);
    const email = parseEmailAddress(address);
    const retryAfter = 'problem' in username ? null : await this.count(counted);
    const owner = { username: nameOf(username, typed), email: email?.display ?? null };
    const errors = fieldErrors({
      username: retryAfter === null ? await this.problemWith(username, taken) : null,
      email: email === null ? NO_ADDRESS : null,
      ...(chosen === null ? null : await this.policy.errorsIn(chosen, owner)),
    });
    if (retryAfter !== null)
      return {
        outcome: 'refused',
        errors,
        ...tooOften(retryAfter, { sentence: tooManyNames(retryAfter), what: 'names' }),
      };
    if (errors !== null || email === null || 'problem' in username) return { outcome: 'refused', errors };
    return { outcome: 'fine', username, email };
  }

  /** @throws HashingOverloaded */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  private count(counted: WantedAccount['counted']): Promise<Duration | null> {
    return 'ip' in counted ? this.budget.nameFrom(counted.ip) : this.budget.nameOfLink(counted.link);
  }

  private async problemWith(username: Username | UsernameProblem, taken: string): Promise<string | null> {
    if ('problem' in username) return username.problem;
    return (await this.users.isFree(username)) ? null : taken;
  }
}

const nameOf = (username: Username | UsernameProblem, typed: string): string =>
  'problem' in username ? typed : username.display;
