import { Controller, Get } from '@nestjs/common';
import { AnswersJson } from '../http/access.js';
import { CurrentSession, CurrentUser } from '../http/current-person.js';
import type { CurrentPerson, CurrentSessionFacts } from '../kernel/principal.js';

/** Who is signed in, for scripts of this site and for tests. Instants are epoch milliseconds. */
@Controller('session')
export class SessionController {
  @AnswersJson()
  @Get()
  show(@CurrentUser() person: CurrentPerson, @CurrentSession() session: CurrentSessionFacts) {
    const { id, username, displayName, email, role, groups } = person;
    const { publicId, createdAt, authenticatedAt, lastSeenAt, expiresAt, idleExpiresAt, amr } = session;
    return {
      user: { id, username, displayName, email, role, groups },
      session: { publicId, createdAt, authenticatedAt, lastSeenAt, expiresAt, idleExpiresAt, amr },
    };
  }
}
