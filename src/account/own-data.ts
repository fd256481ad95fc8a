import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Instant } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Session } from '../sessions/session-store.js';
import { SessionList } from '../sessions/session-list.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** Everything that is stored about somebody. Secrets and hashes are not theirs to leak. */
@Injectable()
export class OwnData {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionList,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * It as the text of one JSON object, in pieces: somebody's events may be any number, and are read as they are taken.
   * The first piece comes when everything could be read at least once.
   * @param own the session they ask through. @throws Unavailable, at any piece.
   */
  async *textOf(person: CurrentPerson, own: Session): AsyncGenerator<string> {
    const account = accountOf(person, await this.users.findById(person.id));
    const { sessions, others } = await this.sessions.around(own);
    const known = {
      account,
      sessions: sessions.map(sessionOf),
      ...(others === 'listed' ? {} : { otherSessions: NOT_LISTED }),
    };
    let before = `${JSON.stringify(known).slice(0, -1)},"events":[`;
    for await (const events of this.trail.allOf(person.id)) {
      yield before + events.map(event => JSON.stringify(eventOf(event))).join();
      before = ',';
    }
    yield before === ',' ? ']}' : `${before}]}`;
  }
}

const NOT_LISTED = 'There may be other sessions, which cannot be listed right now.';

const accountOf = (person: CurrentPerson, user: User | null) => ({
  ...person,
  createdAt: iso(user?.createdAt ?? null),
  passwordChangedAt: iso(user?.passwordChangedAt ?? null),
  lastSignIn: {
    at: iso(user?.lastSignInAt ?? null),
    ip: user?.lastSignInIp ?? null,
    userAgent: user?.lastSignInAgent ?? null,
  },
});

const sessionOf = ({ publicId, ip, userAgent, remembered, amr, ...times }: Session) => ({
  publicId,
  ip,
  userAgent,
  remembered,
  amr,
  createdAt: iso(times.createdAt),
  authenticatedAt: iso(times.authenticatedAt),
  lastSeenAt: iso(times.lastSeenAt),
  idleExpiresAt: iso(times.idleExpiresAt),
  expiresAt: iso(times.expiresAt),
});

const eventOf = ({ occurredAt, event, outcome, ip, userAgent }: AuditEvent) => ({
  at: iso(occurredAt),
  event,
  outcome,
  ip,
  userAgent,
});

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());
