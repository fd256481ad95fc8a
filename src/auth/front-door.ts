import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { originOf } from '../http/request-origin.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { ExpressSessionAdapter } from '../sessions/express-session.adapter.js';
import { SessionLife, SignInOvertaken } from '../sessions/session-life.js';
import { SessionMiddleware } from '../sessions/session.middleware.js';
import { SignedIn, SignInTicket } from '../sessions/signed-in.js';
import { KnownDevices } from '../throttle/known-devices.js';

/** A verified person who is about to get a session. */
export interface Arrival {
  readonly person: CurrentPerson;
  /** What the password was verified against. */
  readonly passwordHash: string;
  /** "Keep me signed in". */
  readonly remembered: boolean;
  /** Whether the session before must still be there, or nobody enters. */
  readonly onlyInPlace?: boolean;
  /** The transaction to do it in, where something else must be kept together with it. */
  readonly within?: EntityManager;
}

/** Lets people in and out: the only caller of Passport's `logIn` and `logOut`. */
@Injectable()
export class FrontDoor {
  constructor(
    private readonly sessions: SessionMiddleware,
    private readonly life: SessionLife,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * Gives somebody a session under a new id; this browser's old one is gone. It is kept before this returns,
   * so a redirect cannot arrive before it. Contents of the old session stay for the same person only.
   * @returns false where the account was disabled, its password changed, or the session that `onlyInPlace` is about
   * ended, while the sign-in was on its way.
   * @throws Unavailable
   */
  async enter(request: Request, response: Response, arrival: Arrival): Promise<boolean> {
    const { person, passwordHash, remembered, onlyInPlace = false, within = null } = arrival;
    await this.prepare(request, response);
    const carried =
      request.gatehouse.principal?.person.id === person.id
        ? ExpressSessionAdapter.contentsOf(request.session)
        : {};
    const origin = originOf(request);
    const details = { passwordHash, remembered, amr: ['pwd'], origin, carried, onlyInPlace, within } as const;
    try {
      await logIn(request, new SignInTicket(person, details));
    } catch (error) {
      await this.turnBack(request);
      if (error instanceof SignInOvertaken) return false;
      throw error;
    }
    this.devices.remember(request, response, person.id);
    return true;
  }

  /** Makes an empty session ready for a visitor; what comes after it awaits only the store. */
  prepare(request: Request, response: Response): Promise<void> {
    return this.sessions.open(request, response);
  }

  /** Whether nobody has signed in to this account from this browser before. */
  isNewDevice(request: Request, userId: string): boolean {
    return this.devices.reader(request)(userId) === null;
  }

  /** Whether the session that the request came with was not ended meanwhile, as the transaction sees it. */
  async isStillIn(request: Request, within: EntityManager): Promise<boolean> {
    const { principal } = request.gatehouse;
    if (principal === null) return false;
    return this.life.isLive(principal.person.id, principal.session.publicId, within);
  }

  /** The same person again, after they proved it: a new id, fresh clocks, the same contents. */
  renew(request: Request, response: Response, arrival: Omit<Arrival, 'remembered'>): Promise<boolean> {
    const remembered = request.gatehouse.principal?.session.remembered ?? false;
    return this.enter(request, response, { ...arrival, remembered });
  }

  /**
   * Forgets a session that was begun and not kept: without this, express-session would try to save it once
   * more and send its cookie, after the person was told that it failed. A store that was not undone with the
   * database is told to forget it, too.
   */
  async turnBack(request: Request): Promise<void> {
    const user = request.session?.passport?.user;
    const before = request.gatehouse.principal?.session.publicId;
    this.sessions.discard(request);
    if (user instanceof SignedIn && user.live.session.publicId !== before)
      await this.life.forget(user.live.session.idHash);
  }

  /** Ends the session and takes the cookie. Without a session it only takes the cookie. @throws Unavailable */
  async leave(request: Request, response: Response): Promise<void> {
    const user = request.session?.passport?.user;
    if (user instanceof SignedIn) {
      await this.life.end(user.live.session.idHash, originOf(request));
      await logOut(request);
    }
    this.sessions.close(request, response);
  }
}

/** Passport calls whoever logs in a user; here it is the ticket that the session store turns into a session. */
function logIn(request: Request, ticket: SignInTicket): Promise<void> {
  return new Promise((resolve, reject) =>
    // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the Passport edge
    request.logIn(ticket as unknown as Express.User, (error?: unknown) =>
      error ? reject(error) : resolve(),
    ),
  );
}

function logOut(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.logOut((error?: unknown) => (error ? reject(error) : resolve())),
  );
}
