import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { EventName } from '../audit/security-event.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { lockPerson } from '../users/lock-person.js';
import { SessionList } from './session-list.js';
import { SessionStore } from './session-store.js';

/** A change to an account after which its sessions may not go on. */
export interface AccountChangeRequest {
  readonly userId: string;
  readonly event: EventName;
  readonly origin: RequestOrigin;
  /** What else must be kept together with it; runs after the sessions are ended. */
  readonly alongside?: (manager: EntityManager) => Promise<void> | undefined;
  /** The change itself; await only the database. @returns false where it did not apply. */
  readonly change: (manager: EntityManager) => Promise<boolean>;
}

/** Changes an account and ends its sessions together: either both are kept or neither is (ASVS 7.4.2, 2.3.3). */
@Injectable()
export class AccountChange {
  constructor(
    private readonly transaction: Transaction,
    private readonly store: SessionStore,
    private readonly sessions: SessionList,
    private readonly audit: AuditLog,
  ) {}

  /** @returns whether the change applied; if not, no session was ended. @throws Unavailable */
  async apply({ userId, event, origin, alongside, change }: AccountChangeRequest): Promise<boolean> {
    const ended = await this.transaction.run(async manager => {
      await lockPerson(manager, userId);
      if (!(await change(manager))) return null;
      const sessions = await this.store.deleteAllOf(userId, { within: manager });
      await alongside?.(manager);
      return sessions;
    });
    if (ended === null) return false;
    this.audit.record(
      { event, outcome: 'success', userId, session: null, facts: { endedSessions: ended.length } },
      origin,
    );
    this.sessions.report(ended, event, origin);
    return true;
  }
}
