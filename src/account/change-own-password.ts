import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ConfirmPassword } from '../auth/confirm-password.js';
import { Entrance, type Entrant } from '../auth/entrance.js';
import type { Refusal } from '../auth/refusal.js';
import { Passwords } from '../credentials/passwords.js';
import type { FormRefusal } from '../http/refused-form.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { Notices } from '../recovery/notices.js';
import type { Entry } from '../sessions/entry.js';
import { mayEnter } from '../sessions/may-enter.js';
import { PasswordProof, type Proof } from '../sessions/proof.js';
import type { ChosenPassword } from '../users/password-policy.js';
import { CHANGED_ELSEWHERE, SAME_PASSWORD } from './account.words.js';

/** What somebody typed into the form. */
export interface PasswordChange {
  readonly person: CurrentPerson;
  readonly current: string;
  readonly chosen: ChosenPassword;
}

export type PasswordChangeOutcome =
  /** `entry`: what their browser is to get; null where nobody may come in any more. */
  { readonly outcome: 'changed'; readonly entry: Entry | null } | ({ readonly outcome: 'no' } & FormRefusal);

/** A change that the present password was given for. */
type ProvedChange = Pick<PasswordChange, 'person' | 'chosen'> & { readonly proof: Proof };

/** Lets a person change their own password. */
@Injectable()
export class ChangeOwnPassword {
  constructor(
    private readonly confirm: ConfirmPassword,
    private readonly passwords: Passwords,
    private readonly entrance: Entrance,
    private readonly notices: Notices,
  ) {}

  /**
   * Changes the password, ends every other session and gives this one a new id, all in one transaction
   * (ASVS 6.2.3, 7.2.4, 7.4.3). A wrong current password counts like a failed sign-in.
   * @throws HashingOverloaded, Unavailable
   */
  async change(entrant: Entrant, wanted: PasswordChange): Promise<PasswordChangeOutcome> {
    const { person, current, chosen } = wanted;
    const checked = await this.confirm.check(entrant, person, current);
    const errors = await this.passwords.errorsIn(chosen, person);
    if (checked.outcome === 'no') return refused(checked, errors);
    if (chosen.password.normalize('NFC') === current.normalize('NFC'))
      return { outcome: 'no', errors: { ...errors, password: SAME_PASSWORD } };
    if (errors !== null) return { outcome: 'no', errors };
    return this.set(entrant, { person, chosen, proof: checked.proof });
  }

  /** Hashing takes a while: an owner who changes the password or ends this session meanwhile comes first. */
  private async set(
    entrant: Entrant,
    { person, chosen, proof }: ProvedChange,
  ): Promise<PasswordChangeOutcome> {
    const { origin, session } = entrant;
    const onlyIf = async (manager: EntityManager) =>
      (await mayEnter(manager, { userId: person.id, amr: session?.amr ?? [] }, proof)) !== null &&
      this.entrance.isStillIn(entrant, manager);
    const { done, entry } = await this.entrance.takingBack(async begun => {
      const alongside = async (manager: EntityManager, passwordHash: string) => {
        // The second factor was not shown again.
        const partly = person.secondFactorAt !== null;
        const arrival = { person, proof: new PasswordProof(passwordHash), partly };
        await this.entrance.renew(entrant, arrival, { manager, begun });
        await this.notices.send(manager, 'password-changed', person, origin);
      };
      const except = session?.idHash ?? null;
      const set = { user: person, ...chosen, doubt: null, except, onlyIf, alongside };
      return { done: await this.passwords.set(set, origin), entry: begun[0] ?? null };
    });
    if (done.outcome === 'changed') return { outcome: 'changed', entry };
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
