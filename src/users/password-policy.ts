import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { type FieldErrors, fieldErrors } from '../kernel/field-errors.js';
import { isGuessable } from './password-blocklist.js';

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

const DIFFERENT = 'The two passwords do not match. Type the same one twice.';

/**
 * What a new password must be (SP 800-63B-4 3.1.1.2): long enough, not guessable. No composition rules, no
 * expiry, every character allowed.
 */
@Injectable()
export class PasswordPolicy {
  constructor(private readonly config: AppConfig) {}

  /** The shortest password, in Unicode code points. */
  get minLength(): number {
    return this.config.passwordMinLength;
  }

  /** What a page tells somebody who is about to choose one, for its view. */
  get forView() {
    const passwordHint = `At least ${this.minLength} characters. A few words you can remember work well.`;
    return { passwordHint, passwordMinLength: this.minLength };
  }

  /** What is wrong with a form's fields for a password; null where nothing is. */
  async errorsIn(chosen: ChosenPassword, owner: PasswordOwner): Promise<FieldErrors | null> {
    const { password, password_again: again } = chosen;
    return fieldErrors({
      password: await this.problemWith(password, owner),
      password_again: again === undefined || again === password ? null : DIFFERENT,
    });
  }

  /** Why a password may not be used, and what to do: one sentence each; null where it may. */
  async problemWith(password: string, owner: PasswordOwner): Promise<string | null> {
    const length = [...password.normalize('NFC')].length;
    if (length === 0) return `Choose a password of at least ${this.minLength} characters.`;
    if (length < this.minLength)
      return `That is too short. Use at least ${this.minLength} characters: add a word or two.`;
    if (length > PASSWORD_MAX_LENGTH)
      return `That is too long. Use at most ${PASSWORD_MAX_LENGTH} characters.`;
    const words = [
      owner.username,
      owner.email ?? '',
      this.config.appName,
      'gatehouse',
      new URL(this.config.publicUrl).hostname,
    ];
    if (await isGuessable(password, words)) {
      return 'That is one of the first passwords an attacker would try. Use a few words that do not belong together.';
    }
    return null;
  }
}
