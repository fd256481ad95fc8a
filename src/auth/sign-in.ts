import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { EventName } from '../audit/security-event.js';
import { HashingOverloaded } from '../crypto/password-hasher.js';
import type { Duration } from '../kernel/durations.js';
import type { Person } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { PasswordProof, type Proof } from '../sessions/proof.js';
import { SignInThrottle } from '../throttle/sign-in-throttle.js';
import type { User } from '../users/user.entity.js';
import { loginKey, UsersService } from '../users/users.service.js';
import { PasswordCheck } from './password-check.js';

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

export type SignInOutcome =
  /** `proof`: the session is refused if the password changes first. */
  | { readonly outcome: 'welcome'; readonly person: Person; readonly proof: Proof }
  /** Unknown person, wrong password, disabled account, one with too many failures: nobody outside learns which. */
  | { readonly outcome: 'refused' }
  /** Too many failures with what was typed. Counted alike for accounts that exist and names that nobody has. */
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration }
  /** More sign-ins are asked for than the machine can verify. */
  | { readonly outcome: 'busy'; readonly retryAfter: Duration };

/** Whom an event is about, if they are known. */
type Recorded = Pick<SignInAttempt, 'origin' | 'purpose'> & { readonly user: User | null };

/** Decides whether somebody is who they say. */
@Injectable()
export class SignIn {
  constructor(
    private readonly users: UsersService,
    private readonly throttle: SignInThrottle,
    private readonly passwords: PasswordCheck,
    private readonly audit: AuditLog,
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
      this.record('authn_login_fail_max', who, 'throttled');
      return admitted;
    }
    const { attempt, spent } = admitted;
    try {
      if (spent) {
        await this.passwords.pretend(user, password);
        this.record('authn_login_fail_max', who, 'account');
        return { outcome: 'refused' };
      }
      const checked = await this.passwords.verify(user, password, origin);
      if (checked.outcome === 'wrong') {
        this.record('authn_login_fail', who, checked.reason);
        return { outcome: 'refused' };
      }
      await attempt.succeeded();
      this.record(purpose === 'confirm' ? 'authn_confirm_success' : 'authn_login_success', who, null);
      const proof = new PasswordProof(checked.passwordHash);
      return { outcome: 'welcome', person: personOf(checked.user), proof };
    } catch (error) {
      // What failed here is not the person's fault, so it does not count against them; the answer need not wait for that.
      attempt.abandoned().catch(() => undefined);
      if (!(error instanceof HashingOverloaded)) throw error;
      this.record('sys_shedding', { ...who, user: null }, 'sign-in');
      return { outcome: 'busy', retryAfter: error.retryAfter };
    }
  }

  private record(event: EventName, { user, origin, purpose }: Recorded, reason: string | null): void {
    const outcome = reason === null ? 'success' : event === 'authn_login_fail' ? 'failure' : 'refused';
    // Whoever types a wrong current password is in already: that is no failed sign-in.
    const facts =
      reason === null ? { method: 'pwd' } : { reason, ...(purpose === 'confirm' ? { purpose } : {}) };
    this.audit.record({ event, outcome, userId: user?.id ?? null, session: null, facts }, origin);
  }
}

/** What the rest of the program may know of somebody who signed in. */
export function personOf({ id, username, displayName, email, emailConfirmedAt, role }: User): Person {
  return { id, username, displayName, email, emailConfirmedAt, role };
}
