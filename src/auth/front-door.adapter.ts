import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { visitOf } from '../http/visit.js';
import { originOf } from '../http/request-origin.js';
import { ExpressSessionAdapter } from '../sessions/express-session.adapter.js';
import type { Entry } from '../sessions/entry.js';
import { SessionLife } from '../sessions/session-life.js';
import type { Session } from '../sessions/session-store.js';
import { SessionMiddleware } from '../sessions/session.middleware.js';
import { SignedIn } from '../sessions/signed-in.js';
import { KnownDevices } from '../throttle/known-devices.js';
import type { Entrant, StillIn } from './entrance.js';
import { equip } from './passport.middleware.js';
import { WayHere } from './way-here.js';

/**
 * Where a browser gets its session and gives it back: the only caller of Passport's `logIn` and `logOut`. Whether
 * somebody may come in is decided before, by `Entrance`.
 */
@Injectable()
export class FrontDoor {
  constructor(
    private readonly sessions: SessionMiddleware,
    private readonly life: SessionLife,
    private readonly devices: KnownDevices,
    private readonly way: WayHere,
  ) {}

  /** Who stands here, as values. */
  entrantOf(request: Request): Entrant {
    const visit = visitOf(request);
    return {
      cookies: visit.cookies,
      referer: visit.referer,
      origin: visit.origin,
      principal: request.gatehouse.principal,
      session: this.sessionOf(request),
      knownDevice: this.devices.reader(visit),
      contents: request.session === undefined ? {} : ExpressSessionAdapter.contentsOf(request.session),
    };
  }

  /**
   * Gives the browser the session that was begun for it, and makes the browser one that the account knows. The session is
   * kept already, so a redirect cannot arrive before it.
   * @param page where somebody who has just signed in is led, a path; null for who was in before.
   */
  async letIn(request: Request, response: Response, entry: Entry, page: string | null = null): Promise<void> {
    const visit = visitOf(request);
    await this.sessions.open(request, response);
    await equip(request, response);
    this.sessions.expect(request, entry);
    await logIn(request, entry);
    response.append('Set-Cookie', this.devices.remember(visit, entry.live.person.id));
    if (page !== null) this.way.signsIn(visit, page);
  }

  /** The session that the request came through, or was given; null for a visitor's. */
  sessionOf(request: Request): Session | null {
    const user = request.session?.passport?.user;
    return user instanceof SignedIn ? user.live.session : null;
  }

  /**
   * Whether whoever sent a request is still signed in by the time that what they want is written: their sign-in, or their
   * account, may have been ended since they were let through.
   */
  stillIn(request: Request): StillIn {
    const session = this.sessionOf(request);
    return async (manager: EntityManager) => session !== null && this.life.isLive(session, manager);
  }

  /**
   * Ends the session and takes the cookie, and those of links and registrations that wait here. Without a session it
   * only takes the cookies. The known device stays. @throws Unavailable
   */
  async leave(request: Request, response: Response): Promise<void> {
    const session = this.sessionOf(request);
    if (session !== null) {
      await this.life.end(session, originOf(request));
      await logOut(request);
    }
    this.way.signsOut(visitOf(request));
    this.sessions.close(request, response);
  }
}

/** Passport calls whoever logs in a user; here it is the entry that the session adapter turns into a session. */
function logIn(request: Request, entry: Entry): Promise<void> {
  return new Promise((resolve, reject) =>
    // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the Passport edge
    request.logIn(entry as unknown as Express.User, (error?: unknown) => (error ? reject(error) : resolve())),
  );
}

function logOut(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.logOut((error?: unknown) => (error ? reject(error) : resolve())),
  );
}
