import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ConfirmPassword } from '../auth/confirm-password.js';
import { FrontDoor } from '../auth/front-door.js';
import { Passwords } from '../credentials/passwords.js';
import { originOf } from '../http/request-origin.js';
import type { Duration } from '../kernel/durations.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { strengthInWords } from '../users/password-strength.js';

/** What somebody typed into the form. */
export interface PasswordChange {
  readonly person: CurrentPerson;
  readonly current: string;
  readonly password: string;
  readonly again: string;
}

export type PasswordChangeOutcome =
  | { readonly outcome: 'changed' }
  | {
      readonly outcome: 'no';
      readonly status: 401 | 422 | 429 | 503;
      readonly field: 'current_password' | 'password' | 'password_again';
      readonly sentence: string;
      readonly retryAfter: Duration | null;
      /** How strong the new password is, where that is what is wrong. */
      readonly strength: string | null;
    };

/** Lets a person change their own password. */
@Injectable()
export class ChangeOwnPassword {
  constructor(
    private readonly confirm: ConfirmPassword,
    private readonly passwords: Passwords,
    private readonly door: FrontDoor,
  ) {}

  /**
   * Changes the password, ends every other session and gives this one a new id, all in one transaction
   * (ASVS 6.2.3, 7.2.4, 7.4.3). A wrong current password counts like a failed sign-in.
   * @throws HashingOverloaded, Unavailable
   */
  async change(request: Request, response: Response, wanted: PasswordChange): Promise<PasswordChangeOutcome> {
    const { person, current, password, again } = wanted;
    if (password !== again) return no('password_again', 'The two passwords differ. Type the same one twice.');
    const checked = await this.confirm.check(request, person, current);
    if (checked.outcome === 'no') return { ...checked, field: 'current_password', strength: null };
    if (password.normalize('NFC') === current.normalize('NFC')) {
      return no('password', 'That is the password you have now. Choose another.');
    }
    const alongside = async (
      manager: Parameters<NonNullable<Arrange['alongside']>>[0],
      passwordHash: string,
    ) => {
      await this.door.renew(request, response, { person, passwordHash, within: manager });
    };
    const set = { user: person, password, alongside };
    const done = await this.passwords.set(set, originOf(request)).catch((error: unknown) => {
      // The transaction was undone, and the new session with it: its cookie must not be sent.
      this.door.turnBack(request);
      throw error;
    });
    if (done.outcome === 'refused') return no('password', done.sentence, await strengthInWords(password));
    return done.outcome === 'gone' ? no('password', 'Your account was closed meanwhile.') : done;
  }
}

type Arrange = Parameters<Passwords['set']>[0];

const no = (field: 'password' | 'password_again', sentence: string, strength: string | null = null) =>
  ({ outcome: 'no', status: 422, field, sentence, strength, retryAfter: null }) as const;
