import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { EventName } from '../audit/security-event.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { RestingPassword } from '../recovery/resting-password.js';
import type { User } from '../users/user.entity.js';

/** Whom an event is about, if they are known, and what they were after. */
export interface Attempted {
  readonly user: User | null;
  readonly origin: RequestOrigin;
  readonly purpose: 'sign-in' | 'confirm';
}

/** What becomes known of attempts to sign in: to the security log, and to the owner where the password rests. */
@Injectable()
export class SignInEvents {
  constructor(
    private readonly audit: AuditLog,
    private readonly resting: RestingPassword,
  ) {}

  /** @param reason why it was refused; null where it was not. */
  record(event: EventName, { user, origin, purpose }: Attempted, reason: string | null): void {
    const outcome = reason === null ? 'success' : event === 'authn_login_fail' ? 'failure' : 'refused';
    // Whoever types a wrong current password is in already: that is no failed sign-in.
    const facts =
      reason === null ? { method: 'pwd' } : { reason, ...(purpose === 'confirm' ? { purpose } : {}) };
    this.audit.record({ event, outcome, userId: user?.id ?? null, session: null, facts }, origin);
  }

  /** The password rests from now on. Nobody waits for the mail: its time would tell whether anybody has the name. */
  rests({ user, origin }: Attempted): void {
    const event = { event: 'authn_login_lock', outcome: 'refused', session: null } as const;
    this.audit.record({ ...event, userId: user?.id ?? null }, origin);
    if (user !== null) void this.resting.tell(user.id);
  }
}
