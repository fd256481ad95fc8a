import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { SecurityEvent } from '../audit/security-event.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { lockPerson } from '../users/lock-person.js';
import { SessionEvents } from './session-events.js';
import type { EndingChange } from './sign-in-end.js';
import { SignIns } from './sign-ins.js';

/** A change to an account after which its sign-ins may not go on. */
export interface AccountChangeRequest {
  readonly userId: string;
  readonly event: EndingChange;
  readonly origin: RequestOrigin;
  /** The id hash of the session that goes on, because its person makes the change with it; else all end. */
  readonly except?: string | null;
  /** What else must be kept together with it; runs after the sign-ins are ended. */
  readonly alongside?: (manager: EntityManager) => Promise<void> | undefined;
  /** The change itself; await only the database. @returns false where it did not apply. */
  readonly change: (manager: EntityManager) => Promise<boolean>;
}

/**
 * Ends what else a change to an account ends, in its transaction: awaits only the database.
 * @returns what is to be recorded once it is kept.
 */
export type OnAccountChange = (
  manager: EntityManager,
  userId: string,
  event: EndingChange,
) => Promise<readonly SecurityEvent[]>;

/** Changes an account and ends its sign-ins together: either both are kept or neither is (ASVS 7.4.2, 2.3.3). */
@Injectable()
export class AccountChange {
  private readonly hooks: OnAccountChange[] = [];

  constructor(
    private readonly transaction: Transaction,
    private readonly signIns: SignIns,
    private readonly audit: AuditLog,
    private readonly events: SessionEvents,
  ) {}

  /** Adds what else ends with such a change; once, when the module starts. */
  onChange(hook: OnAccountChange): void {
    this.hooks.push(hook);
  }

  /** @returns whether the change applied; if not, no session was ended. @throws Unavailable */
  async apply({
    userId,
    event,
    origin,
    except = null,
    alongside,
    change,
  }: AccountChangeRequest): Promise<boolean> {
    const ended = await this.transaction.run(async manager => {
      await lockPerson(manager, userId);
      if (!(await change(manager))) return null;
      const sessions = await this.signIns.end({ userId, except }, event, manager);
      const others: SecurityEvent[] = [];
      for (const hook of this.hooks) others.push(...(await hook(manager, userId, event)));
      await alongside?.(manager);
      return { sessions, others };
    });
    if (ended === null) return false;
    const facts = { endedSessions: ended.sessions.length };
    this.audit.record({ event, outcome: 'success', userId, session: null, facts }, origin);
    this.events.ended(ended.sessions, event, origin);
    for (const other of ended.others) this.audit.record(other, origin);
    return true;
  }
}
