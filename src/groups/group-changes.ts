import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { recordMany } from '../audit/record-many.js';
import type { SecurityEvent } from '../audit/security-event.js';
import type { RequestOrigin } from '../kernel/request-origin.js';

/** Who is in which groups no more. */
export interface Leaving {
  readonly groups: readonly string[];
  /** Null: everybody who was in them. */
  readonly userId: string | null;
}

/**
 * Ends what people had by groups that they are in no more, in the transaction that takes them out: awaits only the
 * database. What it throws undoes that transaction.
 * @returns what is to be recorded once it is kept.
 */
export type OnLeave = (manager: EntityManager, leaving: Leaving) => Promise<readonly SecurityEvent[]>;

/** What follows where groups change: what ends with it, and what is recorded of it. */
@Injectable()
export class GroupChanges {
  private readonly hooks: OnLeave[] = [];

  constructor(private readonly audit: AuditLog) {}

  /** Adds what ends where people leave groups; once, when the module starts. */
  onLeave(hook: OnLeave): void {
    this.hooks.push(hook);
  }

  /** Ends it, in the transaction that takes them out. @returns what is to be recorded once it is kept. */
  async end(manager: EntityManager, leaving: Leaving): Promise<readonly SecurityEvent[]> {
    const events: SecurityEvent[] = [];
    for (const hook of this.hooks) events.push(...(await hook(manager, leaving)));
    return events;
  }

  /** Records what was kept. Never throws. */
  record(events: readonly SecurityEvent[], origin: RequestOrigin): Promise<void> {
    return recordMany(this.audit, events, origin);
  }
}
