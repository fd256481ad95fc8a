import type { EntityManager } from 'typeorm';
import type { Person, Principal } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Proof } from './proof.js';
import type { LiveSession, Session } from './session-store.js';

/**
 * What Passport carries through the request as the session's user. The store brings the person along with
 * the session, so Passport's serializer has nothing to look up.
 */
export class SignedIn {
  readonly principal: Principal;
  /** The data as this request last read it from the store, or wrote it. */
  data: string;

  constructor(readonly live: LiveSession) {
    this.data = live.session.data;
    this.principal = { person: live.person, session: factsOf(live.session) };
  }

  /** express-session compares sessions by their JSON: of the person, only who it is counts. */
  toJSON(): string {
    return this.live.session.idHash;
  }
}

/** A sign-in that has been verified and waits for its session. Handed to `request.logIn`. */
export class SignInTicket {
  constructor(
    readonly person: Person,
    readonly details: {
      /** What was verified. */
      readonly proof: Proof;
      readonly remembered: boolean;
      readonly origin: RequestOrigin;
      /** Contents of the session before, where the same person signs in again; their open forms still work. */
      readonly carried: object;
      /** What the new session has beside it. */
      readonly added: object;
      /** Whether the sign-in of the session before goes on: not where that was ended meanwhile. */
      readonly renews: boolean;
      /** The transaction to do it in; null: its own. */
      readonly within: EntityManager | null;
    },
  ) {}

  toJSON(): string {
    return this.person.id;
  }
}

/** What a page may know of a session. */
function factsOf(session: Session): Principal['session'] {
  return {
    publicId: session.publicId,
    logName: logNameOf(session.idHash),
    createdAt: session.createdAt,
    authenticatedAt: session.authenticatedAt,
    lastSeenAt: session.lastSeenAt,
    idleExpiresAt: session.idleExpiresAt,
    expiresAt: session.expiresAt,
    remembered: session.remembered,
    amr: session.amr,
    ip: session.ip,
    userAgent: session.userAgent,
  };
}

/** The first 12 characters of the id's hash: they find a session in the log and open nothing. */
export const logNameOf = (idHash: string): string => idHash.slice(0, 12);
