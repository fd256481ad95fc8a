import type { EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import type { AuthenticationMethod, CurrentPerson } from '../kernel/principal.js';
import type { Proof } from './proof.js';
import type { DataChanges } from './session-data.js';

/** A session as the program sees it. Instants are epoch milliseconds. */
export interface Session {
  readonly idHash: string;
  /** The name of its sign-in, which stays while sessions with other ids follow one another. */
  readonly publicId: string;
  readonly userId: string;
  /** When its sign-in began. */
  readonly createdAt: Instant;
  readonly authenticatedAt: Instant;
  readonly lastSeenAt: Instant;
  readonly idleExpiresAt: Instant | null;
  readonly expiresAt: Instant;
  readonly remembered: boolean;
  readonly amr: readonly AuthenticationMethod[];
  readonly ip: string;
  readonly userAgent: string;
  /** JSON text: the CSRF token and what the application keeps in `request.session`. */
  readonly data: string;
}

/** A live session together with the person it belongs to. */
export interface LiveSession {
  readonly session: Session;
  readonly person: CurrentPerson;
  /** Whether its sign-in is known; one that has ended makes no session live. */
  readonly hasSignIn: boolean;
}

/** What a store tells of the session of a sign-in. */
export interface SessionFacts extends Pick<Session, 'idleExpiresAt' | 'expiresAt'> {
  readonly idHash: string;
  readonly userId: string;
  readonly lastSeenAt: Instant;
  /** The version of the person's sessions under which it began. */
  readonly version: number;
}

/** What activity changes, and of which session. */
export type Activity = Pick<Session, 'idHash' | 'userId' | 'lastSeenAt' | 'idleExpiresAt' | 'expiresAt'>;

/** How a session is added. */
export interface InsertOptions {
  /** The most sessions a person may have. */
  readonly cap: number;
  /** The id hash of this browser's session before. */
  readonly replaces: string | null;
  /** Whether it may begin only in place of that one: where it has ended by now, it is refused. */
  readonly onlyInPlace?: boolean;
  /** What the sign-in was verified with; where it stands no more: refused. */
  readonly proof: Proof;
  /** The database transaction to do it in, which may not be undone for any other reason; null: its own. */
  readonly within?: EntityManager | null;
}

/** How all sessions of somebody are ended. */
export interface EndAllOptions {
  /** The id hash of the one to keep. */
  readonly except?: string | undefined;
  /** The database transaction to do it in. */
  readonly within?: EntityManager;
}

export type InsertOutcome =
  /** `ended`: the sessions that made room under the cap. */
  | { readonly outcome: 'inserted'; readonly ended: readonly Session[] }
  /** The person is gone, disabled, or what was verified stands no more. Nothing was written. */
  | { readonly outcome: 'refused' };

/**
 * Where sessions are kept. These comments are the contract; `test/contracts/session-store.contract.ts` runs
 * it against every store.
 *
 * Absent, expired, or belonging to a person who is gone or disabled: null, or left out of a list. Those are
 * not failures. **A store that cannot answer throws**, and its caller answers 503: a failure must never look
 * like "not signed in".
 *
 * A row is made by {@link insert} alone. Everything else changes a row only if it is still there, in one
 * statement, and says whether it was: **a slow request can never bring a revoked session back.**
 *
 * A session that began before all of the person's were ended is absent, also where the store could not remove it
 * because it has lost track of whose it is. So is one whose sign-in has ended, or goes on with another session.
 *
 * What adds and ends sessions is called by `SignIns` alone, within its transaction.
 */
export abstract class SessionStore {
  /** The live session of this id hash at `now`, with its person. Reads the truth: no cache of any kind. */
  abstract find(idHash: string, now: Instant): Promise<LiveSession | null>;

  /**
   * Adds a session at sign-in, in place of `replaces` (the hash of this browser's old one), which is gone
   * afterwards. Keeps at most `cap` sessions of the person, this one among them; the longest unused go.
   */
  abstract insert(session: Session, options: InsertOptions): Promise<InsertOutcome>;

  /**
   * Sets and removes what `changes` name in the session's data, if the session still exists. What they do not name
   * stays as the store has it then, to the letter, whoever changed it meanwhile; of two who set the same, the later
   * wins. With `data` the caller says what it has read: where the store still has that, it need not look.
   * @returns whether the session exists.
   */
  abstract update(session: Pick<Session, 'idHash' | 'data'>, changes: DataChanges): Promise<boolean>;

  /** Writes activity down if the session still exists. @returns whether it did. */
  abstract touch(activity: Activity): Promise<boolean>;

  /** Writes every instant of a session anew, if it still exists. @returns whether it did. */
  abstract setClocks(session: Session): Promise<boolean>;

  /** At most `most` sessions that began at `instant` or later, where they do not end by a clock of the store's own. */
  abstract begunFrom(instant: Instant, most: number): Promise<readonly Session[]>;

  /** Ends a session. @returns it, or null where it was gone already: that is no error. */
  abstract delete(idHash: string, within?: EntityManager): Promise<Session | null>;

  /**
   * The clocks of a session that a statement has looked for in the database; null for none. Where sessions are kept
   * elsewhere, the database's own do not count, and the store is asked.
   * @param joined what the database has of it; null for nothing.
   */
  abstract factsOf(
    idHash: string,
    joined: SessionFacts | null,
  ): SessionFacts | null | Promise<SessionFacts | null>;

  /** Takes away what {@link insert} left of a session whose transaction was not kept; the database did so by itself. */
  abstract undo(idHash: string): Promise<void>;

  /** Whether a session still lives at `now`, as the transaction sees it. The person is locked from then on. */
  abstract isLive(session: Session, now: Instant, within: EntityManager): Promise<boolean>;

  /** Whether a session changes together with its sign-in, in one transaction of the database. */
  abstract readonly isInDatabase: boolean;

  /** Whether lists may lack sessions that live, as far as the store knows itself. One that ends all ends those, too. */
  abstract get mayLoseTrack(): boolean;

  /** The person's live sessions at `now`, the last used first. @param within the transaction that sees them, if one does. */
  abstract listOf(userId: string, now: Instant, within?: EntityManager): Promise<readonly Session[]>;

  /** Ends the person's session of this public name. @returns it; none where they have none of that name. */
  abstract deleteOf(userId: string, publicId: string, within?: EntityManager): Promise<readonly Session[]>;

  /**
   * Ends all sessions of the person but `except`, those that the store has lost track of as well. With `within` that belongs to the transaction: where it is kept,
   * no session is left, nor can one begin by what it changed. Where it is undone, a store in another place may have
   * ended them all the same.
   * @returns the ended ones it knew of.
   */
  abstract deleteAllOf(userId: string, options?: EndAllOptions): Promise<readonly Session[]>;

  /** Removes at most `most` sessions that had ended at `now`, if they do not go by themselves. @returns how many. */
  abstract deleteExpired(now: Instant, most: number): Promise<number>;
}
