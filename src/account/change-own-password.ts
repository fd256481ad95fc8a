import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type EntityManager, IsNull } from 'typeorm';
import { ConfirmPassword } from '../auth/confirm-password.js';
import { FrontDoor } from '../auth/front-door.js';
import { Passwords } from '../credentials/passwords.js';
import { originOf } from '../http/request-origin.js';
import type { Duration } from '../kernel/durations.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Notices } from '../recovery/notices.js';
import { strengthInWords } from '../users/password-strength.js';
import { User } from '../users/user.entity.js';
import { PASSWORDS_DIFFER } from '../users/password-policy.js';

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
    private readonly notices: Notices,
  ) {}

  /**
   * Changes the password, ends every other session and gives this one a new id, all in one transaction
   * (ASVS 6.2.3, 7.2.4, 7.4.3). A wrong current password counts like a failed sign-in.
   * @throws HashingOverloaded, Unavailable
   */
  async change(request: Request, response: Response, wanted: PasswordChange): Promise<PasswordChangeOutcome> {
    const { person, current, password, again } = wanted;
    if (password !== again) return no('password_again', PASSWORDS_DIFFER);
    const checked = await this.confirm.check(request, person, current);
    if (checked.outcome === 'no') return { ...checked, field: 'current_password', strength: null };
    if (password.normalize('NFC') === current.normalize('NFC')) {
      return no('password', 'That is the password you have now. Choose another.');
    }
    const { passwordHash: verified } = checked;
    // Hashing takes a while: an owner who changes the password or ends this session meanwhile comes first.
    const onlyIf = async (manager: EntityManager) =>
      (await manager.existsBy(User, { id: person.id, passwordHash: verified, disabledAt: IsNull() })) &&
      (await this.door.isStillIn(request, manager));
    const alongside = async (manager: EntityManager, passwordHash: string) => {
      await this.door.renew(request, response, { person, passwordHash, within: manager });
      await this.notices.send(manager, 'password-changed', person, originOf(request));
    };
    const set = { user: person, password, onlyIf, alongside };
    const done = await this.passwords.set(set, originOf(request)).catch(async (error: unknown) => {
      // The transaction was undone, and the new session with it: its cookie must not be sent.
      await this.door.turnBack(request);
      throw error;
    });
    if (done.outcome === 'refused') return no('password', done.sentence, await strengthInWords(password));
    return done.outcome === 'gone' ? no('password', OVERTAKEN) : done;
  }
}

const OVERTAKEN = 'Your account was changed from elsewhere, so nothing was done here. Reload the page.';

const no = (field: 'password' | 'password_again', sentence: string, strength: string | null = null) =>
  ({ outcome: 'no', status: 422, field, sentence, strength, retryAfter: null }) as const;
