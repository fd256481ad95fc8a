import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { AppConfig } from '../config/app-config.js';
import { HashingOverloaded, PasswordHasher } from '../crypto/password-hasher.js';
import { isLoopback } from '../http/request-origin.js';
import type { Duration } from '../kernel/durations.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** What somebody typed, and where from. */
export interface SignInAttempt {
  /** A username or an e-mail address. */
  readonly login: string;
  readonly password: string;
  readonly origin: RequestOrigin;
}

export type SignInOutcome =
  /** `passwordHash` is what the password was verified against: the session is refused if it changes first. */
  | { readonly outcome: 'welcome'; readonly person: CurrentPerson; readonly passwordHash: string }
  /** Unknown person, wrong password, disabled account: nobody outside learns which. */
  | { readonly outcome: 'refused' }
  /** More sign-ins are asked for than the machine can verify. */
  | { readonly outcome: 'busy'; readonly retryAfter: Duration };

/** Decides whether somebody is who they say. */
@Injectable()
export class SignIn {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly audit: AuditLog,
    private readonly config: AppConfig,
  ) {}

  /**
   * Verifies a password. The work is the same whether the person exists or not (ASVS 6.3.8).
   * @throws Unavailable where the database cannot answer.
   */
  async attempt({ login, password, origin }: SignInAttempt): Promise<SignInOutcome> {
    const user = await this.users.findForSignIn(login);
    try {
      const right = await this.hasher.verify(password, user?.passwordHash ?? null);
      const obstacle = this.obstacleFor(user, origin);
      if (user === null || user.passwordHash === null || !right || obstacle !== null) {
        return this.refuse(user, obstacle ?? 'password', origin);
      }
      const passwordHash = await this.strengthened(user.id, password, user.passwordHash);
      this.audit.record(
        {
          event: 'authn_login_success',
          outcome: 'success',
          userId: user.id,
          session: null,
          facts: { method: 'pwd' },
        },
        origin,
      );
      return { outcome: 'welcome', person: personOf(user), passwordHash };
    } catch (error) {
      if (!(error instanceof HashingOverloaded)) throw error;
      this.audit.record(
        {
          event: 'sys_shedding',
          outcome: 'refused',
          userId: null,
          session: null,
          facts: { what: 'sign-in' },
        },
        origin,
      );
      return { outcome: 'busy', retryAfter: error.retryAfter };
    }
  }

  /** Why this person may not sign in whatever the password is; for the log only. */
  private obstacleFor(user: User | null, origin: RequestOrigin): string | null {
    if (user === null) return 'unknown';
    if (user.disabledAt !== null) return 'disabled';
    if (user.demo && (this.config.production || !isLoopback(origin.ip))) return 'demo';
    return null;
  }

  private refuse(user: User | null, reason: string, origin: RequestOrigin): SignInOutcome {
    this.audit.record(
      {
        event: 'authn_login_fail',
        outcome: 'failure',
        userId: user?.id ?? null,
        session: null,
        facts: { reason },
      },
      origin,
    );
    return { outcome: 'refused' };
  }

  /** Hashes again where today's parameters are higher than those of the stored hash (ASVS 11.2.2). */
  private async strengthened(userId: string, password: string, from: string): Promise<string> {
    if (!this.hasher.needsRehash(from)) return from;
    const to = await this.hasher.hash(password);
    await this.users.strengthenHash(userId, from, to);
    return to;
  }
}

/** What the rest of the program may know of somebody who signed in. */
function personOf({ id, username, displayName, email, role }: User): CurrentPerson {
  return { id, username, displayName, email, role };
}
