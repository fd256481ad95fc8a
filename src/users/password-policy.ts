import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { type FieldErrors, fieldErrors } from '../kernel/field-errors.js';
import { BlocklistFile } from './blocklist/blocklist-file.js';
import { isGuessable } from './password-blocklist.js';
import {
  noPassword,
  PASSWORD_BREACHED,
  PASSWORD_GUESSABLE,
  passwordHint,
  PASSWORDS_DIFFER,
  passwordTooLong,
  passwordTooShort,
} from './users.words.js';

/** The longest password, in Unicode code points. Longer ones are refused, never cut (ASVS 6.2.8, 6.2.9). */
export const PASSWORD_MAX_LENGTH = 128;

/**
 * The fields of a form in which a password is chosen, for its schema. Pages that can show what is typed send one
 * field; browsers without JavaScript send `password_again` too, and then it must be the same.
 */
export const CHOSEN_PASSWORD = { password: z.string(), password_again: z.string().optional() };

/** A password that somebody chose, as such a form has it. */
export interface ChosenPassword {
  readonly password: string;
  readonly password_again?: string | undefined;
}

/** Whose password it is going to be: what must not make up the password. */
export interface PasswordOwner {
  readonly username: string;
  readonly email: string | null;
}

/**
 * What a new password must be (SP 800-63B-4 3.1.1.2): long enough, not guessable. No composition rules, no
 * expiry, every character allowed.
 */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly config: AppConfig,
    private readonly blocklist: BlocklistFile,
  ) {}

  /** The shortest password, in Unicode code points. */
  get minLength(): number {
    return this.config.passwordMinLength;
  }

  /** What a page tells somebody who is about to choose one, for its view. */
  get forView() {
    return { passwordHint: passwordHint(this.minLength), passwordMinLength: this.minLength };
  }

  /** What is wrong with a form's fields for a password; null where nothing is. */
  async errorsIn(chosen: ChosenPassword, owner: PasswordOwner): Promise<FieldErrors | null> {
    const { password, password_again: again } = chosen;
    return fieldErrors({
      password: await this.problemWith(password, owner),
      password_again: again === undefined || again === password ? null : PASSWORDS_DIFFER,
    });
  }

  /**
   * Why a password may not be used, and what to do: one sentence each; null where it may.
   * @throws Unavailable where the operator's own list cannot be read
   */
  async problemWith(password: string, owner: PasswordOwner): Promise<string | null> {
    const composed = password.normalize('NFC');
    const length = [...composed].length;
    if (length === 0) return noPassword(this.minLength);
    if (length < this.minLength) return passwordTooShort(this.minLength);
    if (length > PASSWORD_MAX_LENGTH) return passwordTooLong(PASSWORD_MAX_LENGTH);
    const words = [
      owner.username,
      owner.email ?? '',
      this.config.appName,
      'gatehouse',
      new URL(this.config.publicUrl).hostname,
    ];
    if (await isGuessable(password, words)) return PASSWORD_GUESSABLE;
    return (await this.blocklist.holds(composed)) ? PASSWORD_BREACHED : null;
  }
}
