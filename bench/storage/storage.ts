import type { Activity, Session } from '../../src/sessions/session-store.js';
import type { Person } from '../household.js';

/** What of a session is written down when it is used. */
export type Clocks = Pick<Activity, 'lastSeenAt' | 'idleExpiresAt'>;

/** How large one session is by itself, and what that means in this store. */
export interface Alone {
  readonly what: string;
  readonly bytes: number;
}

/** A store of Gatehouse as the benchmark works on it: from outside, many rows in one go, past the program. */
export interface Storage {
  /** Adds people who have the password of the one who is there. */
  addPeople(people: readonly Person[]): Promise<void>;

  /** Adds sessions in the very form the program keeps them in. */
  addSessions(sessions: readonly Session[]): Promise<void>;

  /** Makes sessions as if used at that time. */
  touch(sessions: readonly Pick<Session, 'idHash' | 'userId'>[], clocks: Clocks): Promise<void>;

  /** Does now what the engine would do sooner or later after many writes, so that it does not during a measurement. */
  settle(): Promise<void>;

  /** The password hash everybody has. */
  passwordHash(): Promise<string>;

  /** Bytes that sessions take with their indexes. Where other things are counted as well, only the growth says something. */
  occupied(): Promise<number>;

  /** One of the sessions by itself, without indexes. */
  alone(session: Session): Promise<Alone>;

  close(): Promise<void>;
}
