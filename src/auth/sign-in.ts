import { Injectable } from '@nestjs/common';
import type { EventName } from '../audit/security-event.js';
import { HashingOverloaded } from '../crypto/password-hasher.js';
import type { Duration } from '../kernel/durations.js';
import type { Person } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { StepPurpose } from '../second-factor/sign-in-step.entity.js';
import { PasswordProof, type Proof } from '../sessions/proof.js';
import { type AdmittedAttempt, SignInThrottle } from '../throttle/sign-in-throttle.js';
import type { User } from '../users/user.entity.js';
import { loginKey, UsersService } from '../users/users.service.js';
import { PasswordCheck } from './password-check.js';
import { SignInEvents } from './sign-in-events.js';

/** What somebody typed, and where from. */
export interface SignInAttempt {
  /** A username or an e-mail address. */
  readonly login: string;
  readonly password: string;
  readonly origin: RequestOrigin;
  /** What the person is after: coming in, or confirming that it is still them. */
  readonly purpose: 'sign-in' | 'confirm';
  /** Under which name the browser is known to an account; null where it is not. */
  readonly knownDevice: (userId: string) => string | null;
}

/** The password was right. */
export interface RightPassword {
  readonly outcome: 'welcome';
  readonly person: Person;
  /** The session is refused if the password changes first. */
  readonly proof: Proof;
  /** What it was verified with. */
  readonly passwordHash: string;
  /** What has to come before there is a session; null: nothing. */
  readonly then: StepPurpose | null;
  /**
   * Where nothing has to come before there is a session it still counts as failed: whoever goes on says how it ended, in
   * the transaction of what comes next.
   */
  readonly attempt: AdmittedAttempt;
}

export type SignInOutcome =
  | RightPassword
  /** Unknown person, wrong password, disabled account, one with too many failures: nobody outside learns which. */
  | { readonly outcome: 'refused' }
  /** Too many failures with what was typed. Counted alike for accounts that exist and names that nobody has. */
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration }
  /** More sign-ins are asked for than the machine can verify. */
  | { readonly outcome: 'busy'; readonly retryAfter: Duration };

/** Decides whether somebody is who they say. */
@Injectable()
export class SignIn {
  constructor(
    private readonly users: UsersService,
    private readonly throttle: SignInThrottle,
    private readonly passwords: PasswordCheck,
    private readonly events: SignInEvents,
  ) {}

  /** @throws Unavailable where the database cannot answer. */
  async attempt({ login, password, origin, purpose, knownDevice }: SignInAttempt): Promise<SignInOutcome> {
    const user = await this.users.findForSignIn(login);
    const guess = {
      name: loginKey(login),
      account: user?.id ?? null,
      ip: origin.ip,
      knownDevice: user === null ? null : knownDevice(user.id),
    };
    const who = { user, origin, purpose };
    const admitted = await this.throttle.admit(guess, purpose === 'confirm' ? 'person' : 'visitor');
    if (admitted.outcome === 'throttled') {
      this.events.record('authn_login_fail_max', who, 'throttled');
      return admitted;
    }
    const { attempt, spent, last } = admitted;
    try {
      if (spent) {
        await this.passwords.pretend(user, password);
        this.events.record('authn_login_fail_max', who, 'account');
        return { outcome: 'refused' };
      }
      const checked = await this.passwords.verify(user, password, origin);
      if (checked.outcome === 'wrong') {
        this.events.record('authn_login_fail', who, checked.reason);
        if (last) this.events.rests(who);
        return { outcome: 'refused' };
      }
      const then = purpose === 'confirm' ? null : checked.then;
      if (then !== null) await attempt.halfway();
      this.events.record(purpose === 'confirm' ? 'authn_confirm_success' : eventOf(then), who, null);
      const { passwordHash } = checked;
      const proof = new PasswordProof(passwordHash);
      return { outcome: 'welcome', person: personOf(checked.user), proof, passwordHash, then, attempt };
    } catch (error) {
      // What failed here is not the person's fault, so it does not count against them; the answer need not wait for that.
      attempt.abandoned().catch(() => undefined);
      if (!(error instanceof HashingOverloaded)) throw error;
      this.events.record('sys_shedding', { ...who, user: null }, 'sign-in');
      return { outcome: 'busy', retryAfter: error.retryAfter };
    }
  }
}

const eventOf = (then: StepPurpose | null): EventName =>
  then === null ? 'authn_login_success' : 'authn_step_open';

/** What the rest of the program may know of somebody who signed in. */
export function personOf(user: User): Person {
  const { id, username, displayName, email, emailConfirmedAt, role, secondFactorAt } = user;
  return { id, username, displayName, email, emailConfirmedAt, role, secondFactorAt };
}
