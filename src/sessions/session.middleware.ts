import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.js';
import { AppConfig } from '../config/app-config.js';
import { digestOf } from '../crypto/secret-token.js';
import { originOf } from '../http/request-origin.js';
import { clearWaiting } from '../http/waiting-cookies.js';
import type { Entry } from './entry.js';
import { ExpressSessionAdapter } from './express-session.adapter.js';
import { clearedCookie, mayHoldSession } from './session-cookie.js';
import { SignedIn } from './signed-in.js';

/** How many dead cookies are remembered as reported. */
const REPORTED_MOST = 1000;

/**
 * Gives signed-in people their `request.session` and visitors none: for them there is no row, no cookie and
 * no read of the store, however many robots come by. A cookie that is tampered with, unknown or expired
 * makes a visitor of its bearer.
 */
@Injectable()
export class SessionMiddleware {
  private readonly setAside = new WeakMap<Request, Request['session']>();
  private readonly reported = new Set<string>();

  constructor(
    private readonly adapter: ExpressSessionAdapter,
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
  ) {}

  /** Express middleware. A store that cannot answer is an error to `next`, never a visitor. */
  readonly use = (request: Request, response: Response, next: NextFunction): void => {
    if (!mayHoldSession(request.headers.cookie, this.config)) return next();
    this.adapter.middleware(request, response, (error?: unknown) => {
      if (error === undefined && !(request.session.passport?.user instanceof SignedIn))
        this.makeVisitor(request);
      next(error);
    });
  };

  /** Gives a visitor the empty session that signing in needs. */
  async open(request: Request, response: Response): Promise<void> {
    const aside = this.setAside.get(request);
    if (aside !== undefined) request.session = aside;
    if (request.session !== undefined) return;
    await new Promise<void>((resolve, reject) =>
      this.adapter.middleware(request, response, (error?: unknown) =>
        error === undefined ? resolve() : reject(error),
      ),
    );
  }

  /** The session that this request is to get; before its id is made. */
  expect(request: Request, entry: Entry): void {
    this.adapter.expect(request, entry);
  }

  /**
   * Takes the session away from the request, so that nothing of it is saved or sent, and our cookies with it: its own,
   * and those of links that wait. The known device stays.
   */
  close(request: Request, response: Response): void {
    this.discard(request);
    response.append('Set-Cookie', clearedCookie(this.config));
    clearWaiting(request, response, this.config);
  }

  /** Takes the session away from the request; the cookie stays as it is. */
  discard(request: Request): void {
    Reflect.deleteProperty(request, 'session');
  }

  private makeVisitor(request: Request): void {
    this.setAside.set(request, request.session);
    this.discard(request);
    const cookie = digestOf(request.headers.cookie ?? '');
    if (this.reported.has(cookie)) return;
    if (this.reported.size >= REPORTED_MOST) this.reported.clear();
    this.reported.add(cookie);
    this.audit.record(
      { event: 'session_use_unknown', outcome: 'failure', userId: null, session: null },
      originOf(request),
    );
  }
}
