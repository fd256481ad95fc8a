import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Session } from './session-store.js';
import type { EndReason } from './sign-in-end.js';
import { logNameOf } from './signed-in.js';

/** Records when sessions begin and end (ASVS 16.3.1). */
@Injectable()
export class SessionEvents {
  constructor(private readonly audit: AuditLog) {}

  /** Somebody signed in, or their sign-in goes on with another session. */
  began(event: 'session_created' | 'session_renewed', session: Session, origin: RequestOrigin): void {
    this.record(event, session, origin);
  }

  /** Sessions were ended, by whatever ended them. */
  ended(ended: readonly Session[], reason: EndReason, origin: RequestOrigin): void {
    for (const session of ended) this.record('session_ended', session, origin, { reason });
  }

  private record(
    event: 'session_created' | 'session_renewed' | 'session_ended',
    { userId, idHash }: Session,
    origin: RequestOrigin,
    facts: Readonly<Record<string, string>> = {},
  ): void {
    this.audit.record({ event, outcome: 'success', userId, session: logNameOf(idHash), facts }, origin);
  }
}
