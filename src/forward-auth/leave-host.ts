import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { AppConfig } from '../config/app-config.js';
import { comesFromElsewhere } from '../http/cross-site.js';
import { ApplicationSessions } from './application-sessions.js';
import { isSpeculative } from './asking-browser.js';
import { HostCookies } from './host-cookies.js';
import type { HostAnswer } from './host-page.js';
import type { HostVisit } from './host-visit.js';

/**
 * `/.gatehouse/sign-out`: ends the session at this origin, and leads to the sign-in host, which asks whether to sign out
 * everywhere. Only somebody who goes there ends it: a link on another site, or a picture, a frame or a script in a page of the
 * application, where people may write what others see, gets a page that asks.
 */
@Injectable()
export class LeaveHost {
  constructor(
    private readonly config: AppConfig,
    private readonly sessions: ApplicationSessions,
    private readonly cookies: HostCookies,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Unavailable */
  async answer(visit: HostVisit): Promise<HostAnswer> {
    const { method, headers, origin, application, asker } = visit;
    const isAhead = isSpeculative(headers);
    const goes = asker === 'page' && method === 'GET' && !comesFromElsewhere(headers, origin);
    // What is loaded ahead is refused: browsers would show it to who then goes there, and not ask again.
    if (!goes)
      return {
        status: isAhead ? 403 : 200,
        page: { view: 'gate/sign-out', model: { label: application.label } },
      };
    const cookie = this.cookies.sessionIn(headers.cookie, origin);
    const userId = cookie === null ? null : await this.sessions.leave(cookie, origin);
    if (userId !== null) this.record(visit, userId);
    const gone = this.cookies.setSession(origin, '', null);
    return {
      status: 303,
      headers: {
        Location: `${this.config.publicUrl}/logout?ask=${application.name}`,
        'Set-Cookie': [gone],
      },
      page: null,
    };
  }

  private record({ application, from }: HostVisit, userId: string): void {
    const facts = { application: application.name };
    this.audit.record({ event: 'application_left', outcome: 'success', userId, session: null, facts }, from);
  }
}
