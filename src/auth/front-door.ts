import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { originOf } from '../http/request-origin.js';
import type { Person } from '../kernel/principal.js';
import { ExpressSessionAdapter } from '../sessions/express-session.adapter.js';
import { SessionLife, SignInOvertaken } from '../sessions/session-life.js';
import type { Session } from '../sessions/session-store.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';
import { SessionMiddleware } from '../sessions/session.middleware.js';
import { SignedIn, SignInTicket } from '../sessions/signed-in.js';
import { KnownDevices } from '../throttle/known-devices.js';
import { equip } from './passport.middleware.js';
import { WayHere } from './way-here.js';

/** A verified person who is about to get a session. */
export interface Arrival {
  readonly person: Person;
  /** What the password was verified against. */
  readonly passwordHash: string;
  /** "Keep me signed in". */
  readonly remembered: boolean;
  /** Whether the session before must still be there, or nobody enters. */
  readonly onlyInPlace?: boolean;
  /** The sign-in before this one; without it the session goes on with the one it knows. */
  readonly before?: SignInBefore | null;
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
    private readonly way: WayHere,
  ) {}

  /**
   * Gives somebody a session under a new id; this browser's old one is gone. It is kept before this returns,
   * so a redirect cannot arrive before it. Contents of the old session stay for the same person only.
   * @returns false where the account was disabled, its password changed, or the session that `onlyInPlace` is about
   * ended, while the sign-in was on its way.
   * @throws Unavailable
   */
  async enter(request: Request, response: Response, arrival: Arrival): Promise<boolean> {
    const { person, passwordHash, remembered, onlyInPlace = false, before, within = null } = arrival;
    await this.prepare(request, response);
    const carried =
      request.gatehouse.principal?.person.id === person.id
        ? ExpressSessionAdapter.contentsOf(request.session)
        : {};
    const added = before ? { signInBefore: before } : {};
    const origin = originOf(request);
    const details = {
      passwordHash,
      remembered,
      amr: ['pwd'],
      origin,
      carried,
      added,
      onlyInPlace,
      within,
    } as const;
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
  async prepare(request: Request, response: Response): Promise<void> {
    await this.sessions.open(request, response);
    await equip(request, response);
  }

  /** Whether nobody has signed in to this account from this browser before. */
  isNewDevice(request: Request, userId: string): boolean {
    return this.devices.reader(request)(userId) === null;
  }

  /** Whether this very browser has signed in to this account a moment ago: the other of two clicks. */
  hasJustEntered(request: Request, userId: string, within: EntityManager): Promise<boolean> {
    return this.life.hasJustBegun(userId, originOf(request), within);
  }

  /** Whether the session that the request came with was not ended meanwhile, as the transaction sees it. */
  async isStillIn(request: Request, within: EntityManager): Promise<boolean> {
    const session = this.sessionOf(request);
    return session !== null && this.life.isLive(session, within);
  }

  /** The session that the request came through, or was given; null for a visitor's. */
  sessionOf(request: Request): Session | null {
    const user = request.session?.passport?.user;
    return user instanceof SignedIn ? user.live.session : null;
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
    const session = this.sessionOf(request);
    const before = request.gatehouse.principal?.session.publicId;
    this.sessions.discard(request);
    if (session !== null && session.publicId !== before) await this.life.forget(session.idHash);
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
    this.way.signsOut(request);
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
