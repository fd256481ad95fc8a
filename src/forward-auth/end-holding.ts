import { Injectable } from '@nestjs/common';
import { Catalogue } from '../applications/catalogue.js';
import { AuditLog } from '../audit/audit-log.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccessTokens } from './access-tokens.js';
import { ApplicationSessions } from './application-sessions.js';

/** Ends what somebody has of applications, one by one, because they or an operator say so, and records it. */
@Injectable()
export class EndHolding {
  constructor(
    private readonly sessions: ApplicationSessions,
    private readonly tokens: AccessTokens,
    private readonly catalogue: Catalogue,
    private readonly audit: AuditLog,
  ) {}

  /** Ends what a sign-in of theirs has opened at an origin. @returns whether that was anything. @throws Unavailable */
  async opened(
    userId: string,
    { signInId, origin }: { readonly signInId: string; readonly origin: string },
    by: RequestOrigin,
  ): Promise<boolean> {
    if ((await this.sessions.end(userId, signInId, origin)) === 0) return false;
    const application = (await this.catalogue.current()).at(origin)?.name ?? origin;
    this.record('application_left', { userId, application }, by);
    return true;
  }

  /** Ends one of their access tokens. @returns whether they had one of this id. @throws Unavailable */
  async token(userId: string, id: string, by: RequestOrigin): Promise<boolean> {
    const token = await this.tokens.end(userId, id);
    if (token === null) return false;
    this.record('token_ended', { userId, application: token.applicationName }, by);
    return true;
  }

  /** Ends all their access tokens. @returns how many that were. @throws Unavailable */
  async allTokens(userId: string, by: RequestOrigin): Promise<number> {
    const tokens = await this.tokens.endAll(userId);
    for (const { applicationName: application } of tokens)
      this.record('token_ended', { userId, application }, by);
    return tokens.length;
  }

  private record(
    event: 'application_left' | 'token_ended',
    { userId, application }: { readonly userId: string; readonly application: string },
    by: RequestOrigin,
  ): void {
    this.audit.record({ event, outcome: 'success', userId, session: null, facts: { application } }, by);
  }
}
