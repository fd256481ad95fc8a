import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { ConfirmPassword } from '../auth/confirm-password.js';
import { FrontDoor } from '../auth/front-door.js';
import type { Refusal } from '../auth/refusal.js';
import { Passwords } from '../credentials/passwords.js';
import { originOf } from '../http/request-origin.js';
import type { FormRefusal } from '../http/refused-form.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Notices } from '../recovery/notices.js';
import { mayEnter } from '../sessions/may-enter.js';
import { PasswordProof } from '../sessions/proof.js';
import type { ChosenPassword } from '../users/password-policy.js';
import { CHANGED_ELSEWHERE, SAME_PASSWORD } from './account.words.js';

/** What somebody typed into the form. */
export interface PasswordChange {
  readonly person: CurrentPerson;
  readonly current: string;
  readonly chosen: ChosenPassword;
}

export type PasswordChangeOutcome =
  { readonly outcome: 'changed' } | ({ readonly outcome: 'no' } & FormRefusal);

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
    const { person, current, chosen } = wanted;
    const checked = await this.confirm.check(request, person, current);
    const errors = await this.passwords.errorsIn(chosen, person);
    if (checked.outcome === 'no') return refused(checked, errors);
    if (chosen.password.normalize('NFC') === current.normalize('NFC'))
      return { outcome: 'no', errors: { ...errors, password: SAME_PASSWORD } };
    if (errors !== null) return { outcome: 'no', errors };
    // Hashing takes a while: an owner who changes the password or ends this session meanwhile comes first.
    const onlyIf = async (manager: EntityManager) =>
      (await mayEnter(manager, person.id, checked.proof)) !== null && this.door.isStillIn(request, manager);
    const alongside = async (manager: EntityManager, passwordHash: string) => {
      const proof = new PasswordProof(passwordHash);
      await this.door.renew(request, response, { person, proof, within: manager });
      await this.notices.send(manager, 'password-changed', person, originOf(request));
    };
    const except = this.door.sessionOf(request)?.idHash ?? null;
    const set = { user: person, ...chosen, doubt: null, except, onlyIf, alongside };
    const done = await this.passwords.set(set, originOf(request)).catch(async (error: unknown) => {
      // The transaction was undone, and the new session with it: its cookie must not be sent.
      await this.door.turnBack(request);
      throw error;
    });
    if (done.outcome === 'changed') return { outcome: 'changed' };
    return {
      outcome: 'no',
      ...(done.outcome === 'refused' ? { errors: done.errors } : { sentence: CHANGED_ELSEWHERE }),
    };
  }
}

/** A wrong password is told at its field, together with what is wrong with the others. */
const refused = ({ status, sentence, retryAfter }: Refusal, errors: FieldErrors | null) =>
  status === 401
    ? ({ outcome: 'no', status, errors: { current_password: sentence, ...errors } } as const)
    : ({ outcome: 'no', status, sentence, retryAfter, errors } as const);
