import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { AppConfig } from '../config/app-config.js';
import { ApplicationSessions } from './application-sessions.js';
import { isSpeculative } from './asking-browser.js';
import { HostCookies } from './host-cookies.js';
import type { HostAnswer } from './host-page.js';
import type { HostVisit } from './host-visit.js';

/**
 * `/.gatehouse/sign-out`: ends the session at this origin, and leads to the sign-in host, which asks whether to sign out
 * everywhere. A link on another site ends nothing: it gets a page that asks.
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
    const { method, headers, origin, application } = visit;
    const { 'sec-fetch-site': site, origin: sender } = headers;
    const own = site === 'same-origin' || site === 'none' || (site === undefined && sender === undefined);
    const isAhead = isSpeculative(headers);
    // What is loaded ahead is refused: browsers would show it to who then goes there, and not ask again.
    if (!own || method === 'HEAD' || isAhead)
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
      headers: { Location: `${this.config.publicUrl}/logout?ask`, 'Set-Cookie': [gone] },
      page: null,
    };
  }

  private record({ application, from }: HostVisit, userId: string): void {
    const facts = { application: application.name };
    this.audit.record({ event: 'application_left', outcome: 'success', userId, session: null, facts }, from);
  }
}
