import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Person } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Proof } from './proof.js';
import type { DataChanges } from './session-data.js';
import { SessionEvents } from './session-events.js';
import { SessionList } from './session-list.js';
import { MAX_SESSIONS } from './session-policy.js';
import type { LiveSession, Session } from './session-store.js';
import { SessionUse } from './session-use.js';
import { SignIns } from './sign-ins.js';

/** Who signs in, and how. */
export interface SignInRequest {
  readonly person: Person;
  readonly origin: RequestOrigin;
  /** What was verified. */
  readonly proof: Proof;
  /** This browser's session before; null for none. */
  readonly replaces: Session | null;
  /** Whether the sign-in of that session goes on: not where that was ended meanwhile. */
  readonly renews: boolean;
  /** The transaction to do it in; null: its own. */
  readonly within: EntityManager | null;
}

/** One session from its beginning to its end. Every method throws `Unavailable` where the store cannot answer. */
@Injectable()
export class SessionLife {
  constructor(
    private readonly signIns: SignIns,
    private readonly sessions: SessionList,
    private readonly events: SessionEvents,
    private readonly use: SessionUse,
  ) {}

  /** The live session of an id hash with its person; null for none. Coming back with it is activity. */
  resume(idHash: string): Promise<LiveSession | null> {
    return this.use.resume(idHash);
  }

  /** Keeps what the application changed in the session, if it did and the session still exists. */
  save(session: Pick<Session, 'idHash' | 'data'>, changes: DataChanges): Promise<void> {
    return this.use.save(session, changes);
  }

  /** Whether the session still lives, as the transaction sees it. */
  isLive(session: Session, within: EntityManager): Promise<boolean> {
    return this.use.isLive(session, within);
  }

  /**
   * Starts the session of a verified sign-in, in place of this browser's old one.
   * @returns null where the account was disabled, what was proved stands no more or the session to be renewed ended, while
   * the sign-in was on its way.
   */
  async begin(session: Session, request: SignInRequest): Promise<LiveSession | null> {
    const { person, origin, proof, replaces, renews, within } = request;
    const done = await this.signIns.begin(session, { cap: MAX_SESSIONS, replaces, renews, proof, within });
    if (done.outcome === 'refused') return null;
    this.events.began(renews ? 'session_renewed' : 'session_created', session, origin);
    this.events.ended(done.ended, 'cap', origin);
    if (replaces !== null && !renews) this.events.ended([replaces], 'replaced', origin);
    // Nobody has looked for their groups: this request only leads on to the next one, which does.
    return { session, person: { ...person, groups: [], factorResetAt: null }, hasSignIn: true };
  }

  /** Ends a session that nobody has learned of. Never throws: without its cookie it opens nothing, and it ends by itself. */
  async forget(session: Session): Promise<void> {
    await this.signIns.end({ session }, 'abandoned').catch(() => null);
  }

  /**
   * Ends a session because its person signed out, and what a second click on "Sign in" left beside it. One that
   * is gone already is no error.
   */
  async end(session: Session, origin: RequestOrigin): Promise<void> {
    for (const one of [session, ...(await this.sessions.twinsOf(session))])
      this.events.ended(await this.signIns.end({ session: one }, 'sign-out'), 'sign-out', origin);
  }

  /** Whether a session of this person began by another click of the same browser a moment ago, as the transaction sees it. */
  hasJustBegun(userId: string, origin: RequestOrigin, within: EntityManager): Promise<boolean> {
    return this.sessions.hasTwin(userId, origin, within);
  }
}
