import { hours } from '../../src/kernel/durations.js';
import type { Session, SessionStore } from '../../src/sessions/session-store.js';

/** A store and what the contract needs to do to the people and the machine around it. */
export interface StoreUnderTest {
  readonly store: SessionStore;
  /** Adds a person with the password hash {@link HASH}. @returns their id. */
  addPerson(): Promise<string>;
  disable(userId: string): Promise<void>;
  remove(userId: string): Promise<void>;
  setPasswordHash(userId: string, hash: string): Promise<void>;
  /** Makes the store unable to answer. */
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

export const HASH = '$argon2id$of-the-contract';
export const NOW = Date.UTC(2026, 10, 23, 12);

let serial = 0;

/** A live session of somebody, each of another id. */
export function sessionOf(userId: string, changes: Partial<Session> = {}): Session {
  const name = `${(serial += 1)}`.padStart(43, 'h');
  return {
    idHash: name,
    publicId: `public-${name}`,
    userId,
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + hours(1),
    expiresAt: NOW + hours(24),
    remembered: false,
    amr: ['pwd'],
    ip: '2001:db8::7',
    userAgent: 'A browser "with" quotes; \u{1f600}',
    data: JSON.stringify({ csrf: 'x' }),
    ...changes,
  };
}

/** What the parts of the contract work with; another one for each test. */
export interface ContractTest {
  readonly test: StoreUnderTest;
  readonly store: SessionStore;
  /** Somebody with an account. */
  readonly ada: string;
  /** Inserts a live session. */
  inserted(changes?: Partial<Session>, userId?: string): Promise<Session>;
  /** The id hashes of somebody's live sessions. */
  namesOf(userId?: string): Promise<string[]>;
}

/** Options of {@link SessionStore.insert} as most sign-ins have them. */
export const USUAL = { cap: 20, replaces: null, passwordHash: HASH } as const;
