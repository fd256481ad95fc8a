import type { Session } from './session-store.js';

/**
 * A session as a store keeps it: with the version of its person's sessions under which it began. Ending all of them
 * raises the person's, in the database: so it needs no list of them, which a store may have lost.
 */
export interface StoredSession extends Session {
  readonly version: number;
}

/** Whether all sessions of the person were not ended since this one began, or was kept. */
export const isCurrent = ({ version }: Pick<StoredSession, 'version'>, sessionsVersion: number): boolean =>
  version >= sessionsVersion;

/** The session as the rest of the program sees it. */
export const withoutVersion = ({ version: _, ...session }: StoredSession): Session => session;
