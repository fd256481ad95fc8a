import { Controller, Get, Header, Req, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { AuditTrail } from '../audit/audit-trail.js';
import { EVENT_NAMES } from '../audit/security-event.js';
import { FrontDoor } from '../auth/front-door.js';
import { AnswersJson } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import type { Instant } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { SessionList } from '../sessions/session-list.js';
import { UsersService } from '../users/users.service.js';

/** More events than anybody has in the time they are shown. */
const ALL = 10_000;

/** Everything that is stored about somebody, for them to take away. Secrets and hashes are not theirs to leak. */
@Controller('account/data')
export class OwnDataController {
  constructor(
    private readonly users: UsersService,
    private readonly door: FrontDoor,
    private readonly sessions: SessionList,
    private readonly trail: AuditTrail,
  ) {}

  @AnswersJson()
  @Get()
  @Header('Content-Disposition', 'attachment; filename="gatehouse-data.json"')
  async download(@Req() request: Request, @CurrentUser() person: CurrentPerson) {
    const user = await this.users.findByLogin(person.username);
    const own = this.door.sessionOf(request);
    if (own === null) throw new UnauthorizedException();
    const { sessions, others } = await this.sessions.around(own);
    const { events } = await this.trail.of(person.id, EVENT_NAMES, { page: 0, size: ALL });
    return {
      account: {
        ...person,
        createdAt: iso(user?.createdAt ?? null),
        passwordChangedAt: iso(user?.passwordChangedAt ?? null),
      },
      sessions: sessions.map(({ publicId, ip, userAgent, remembered, amr, ...times }) => ({
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
      })),
      ...(others === 'listed' ? {} : { otherSessions: NOT_LISTED }),
      events: events.map(({ occurredAt, event, outcome, ip, userAgent }) => ({
        at: iso(occurredAt),
        event,
        outcome,
        ip,
        userAgent,
      })),
    };
  }
}

const NOT_LISTED = 'There may be other sessions, which cannot be listed right now.';

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());
