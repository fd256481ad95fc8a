import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { isGuessable } from './password-blocklist.js';

/** The longest password, in Unicode code points. Longer ones are refused, never cut (ASVS 6.2.8, 6.2.9). */
export const PASSWORD_MAX_LENGTH = 128;

/** What a form answers whose two new passwords are not the same. */
export const PASSWORDS_DIFFER = 'The two passwords differ. Type the same one twice.';

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
  constructor(private readonly config: AppConfig) {}

  /** The shortest password, in Unicode code points. */
  get minLength(): number {
    return this.config.passwordMinLength;
  }

  /** What to tell somebody who is about to choose one. */
  get hint(): string {
    return `At least ${this.minLength} characters. A few words you can remember work well.`;
  }

  /** Why a password may not be used, in a sentence for the person; null where it may. */
  async problemWith(password: string, owner: PasswordOwner): Promise<string | null> {
    const length = [...password.normalize('NFC')].length;
    if (length < this.minLength) return `That is too short. ${this.hint}`;
    if (length > PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
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
