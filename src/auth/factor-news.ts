import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { EventName } from '../audit/security-event.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { type FactorNoticeName, Notices } from '../recovery/notices.js';
import { SessionEvents } from '../sessions/session-events.js';
import type { Session } from '../sessions/session-store.js';
import { SignIns } from '../sessions/sign-ins.js';
import type { Entrant } from './entrance.js';

/** Whose factor, and what it is called. */
export interface FactorNamed {
  readonly person: CurrentPerson;
  /** What it is, as mails and pages say it: `an authenticator app`, `the passkey “Laptop”`. */
  readonly factor: string;
  /** The same for the log: `authenticator`, `passkey`. */
  readonly method: string;
}

/** What an event says of it. */
interface FactorOf extends Pick<FactorNamed, 'method'> {
  readonly person: Pick<CurrentPerson, 'id'>;
}

/** Tells what became of somebody's factors: by mail, in the log, and by ending what was made without one. */
@Injectable()
export class FactorNews {
  constructor(
    private readonly signIns: SignIns,
    private readonly notices: Notices,
    private readonly audit: AuditLog,
    private readonly sessions: SessionEvents,
  ) {}

  /** Promises the mail, inside the transaction of the change. */
  mail(
    manager: EntityManager,
    name: FactorNoticeName,
    { person, factor }: FactorNamed,
    by: Entrant,
  ): Promise<void> {
    return this.notices.send(manager, { name, factor }, person, by.origin);
  }

  /** Ends every other sign-in of theirs, inside a transaction. */
  endOthers(manager: EntityManager, { session }: Entrant, userId: string): Promise<readonly Session[]> {
    return this.signIns.end({ userId, except: session?.idHash ?? null }, 'authn_factor_added', manager);
  }

  /** Records a change. */
  record(event: EventName, { person, method }: FactorOf, by: Entrant): void {
    const what = { event, outcome: 'success', userId: person.id, session: null, facts: { method } } as const;
    this.audit.record(what, by.origin);
  }

  /** Records that a reset was stopped, because the last factor is gone. */
  resetStopped({ person }: Pick<FactorOf, 'person'>, by: Entrant): void {
    const event = { event: 'authn_factor_reset_cancel', outcome: 'success', userId: person.id } as const;
    this.audit.record({ ...event, session: null, facts: { by: 'removal' } }, by.origin);
  }

  /** Records the sessions that ended with it. */
  ended(sessions: readonly Session[], by: Entrant): void {
    this.sessions.ended(sessions, 'authn_factor_added', by.origin);
  }
}
