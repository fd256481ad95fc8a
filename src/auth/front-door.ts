import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { originOf } from '../http/request-origin.js';
import type { Person } from '../kernel/principal.js';
import { ExpressSessionAdapter } from '../sessions/express-session.adapter.js';
import { SessionLife, SignInOvertaken } from '../sessions/session-life.js';
import type { Proof } from '../sessions/proof.js';
import type { Session } from '../sessions/session-store.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';
import { SessionMiddleware } from '../sessions/session.middleware.js';
import { logNameOf, SignedIn, SignInTicket } from '../sessions/signed-in.js';
import { KnownDevices } from '../throttle/known-devices.js';
import { equip } from './passport.middleware.js';
import { WayHere } from './way-here.js';

/** A verified person who is about to get a session. */
export interface Arrival {
  readonly person: Person;
  /** What was verified. */
  readonly proof: Proof;
  /** "Keep me signed in". */
  readonly remembered: boolean;
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
   * @returns false where the account was disabled, or what was proved stands no more, while the sign-in was on its way.
   * @throws Unavailable
   */
  enter(request: Request, response: Response, arrival: Arrival): Promise<boolean> {
    return this.begin(request, response, { ...arrival, renews: false });
  }

  /**
   * The same person again, after they proved it: their sign-in goes on, under a new id, with fresh clocks and the same
   * contents.
   * @returns as {@link enter}; false also where the session before has ended meanwhile. @throws Unavailable
   */
  renew(request: Request, response: Response, arrival: Omit<Arrival, 'remembered'>): Promise<boolean> {
    const remembered = request.gatehouse.principal?.session.remembered ?? false;
    return this.begin(request, response, { ...arrival, remembered, renews: true });
  }

  private async begin(
    request: Request,
    response: Response,
    arrival: Arrival & { readonly renews: boolean },
  ): Promise<boolean> {
    const { person, proof, remembered, renews, before, within = null } = arrival;
    await this.prepare(request, response);
    const carried =
      request.gatehouse.principal?.person.id === person.id
        ? ExpressSessionAdapter.contentsOf(request.session)
        : {};
    const added = before ? { signInBefore: before } : {};
    const origin = originOf(request);
    const details = { proof, remembered, origin, carried, added, renews, within };
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

  /**
   * Forgets a session that was begun and not kept: without this, express-session would try to save it once
   * more and send its cookie, after the person was told that it failed. A store that was not undone with the
   * database is told to forget it, too.
   */
  async turnBack(request: Request): Promise<void> {
    const session = this.sessionOf(request);
    const before = request.gatehouse.principal?.session.logName;
    this.sessions.discard(request);
    if (session !== null && logNameOf(session.idHash) !== before) await this.life.forget(session);
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
