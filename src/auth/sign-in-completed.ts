import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { SignInThrottle } from '../throttle/sign-in-throttle.js';
import type { User } from '../users/user.entity.js';
import type { Entrant } from './entrance.js';

/** What follows a sign-in of several steps once it is whole. */
@Injectable()
export class SignInCompleted {
  constructor(
    private readonly throttle: SignInThrottle,
    private readonly audit: AuditLog,
  ) {}

  /** Clears what a success clears, in the transaction of the sign-in: nobody who is in by then gets an error for it. */
  clear({ origin, knownDevice }: Entrant, user: User, within: EntityManager | null): Promise<void> {
    const names = [user.usernameKey, user.emailKey].filter(name => name !== null);
    const whole = { account: user.id, names, ip: origin.ip, knownDevice: knownDevice(user.id) };
    return this.throttle.completed(whole, within);
  }

  /** Records it. @param methods what was shown, as the log calls it. */
  record({ origin }: Entrant, user: User, methods: readonly string[]): void {
    const facts = { method: methods.join('+') };
    const event = {
      event: 'authn_login_success',
      outcome: 'success',
      userId: user.id,
      session: null,
    } as const;
    this.audit.record({ ...event, facts }, origin);
    if (methods.includes('recovery_code'))
      this.audit.record({ ...event, event: 'authn_recovery_code_used' }, origin);
  }
}
