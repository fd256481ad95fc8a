import type { Instant } from '../kernel/clock.js';
import type { AuthenticationMethod, CurrentPerson } from '../kernel/principal.js';
import { PERSON_COLUMNS, personOf, type PersonRow } from '../users/person-look-up.js';
import { methodsIn } from './amr.js';
import type { SessionFacts } from './session-store.js';

/**
 * What a look-up of things that are made from sign-ins joins to see in the same statement whose they are and whether their
 * sign-in goes on: `FROM things t ${joinedSignIn('t.sign_in_id')} WHERE ${SIGN_IN_GOES_ON}`, with
 * {@link SIGN_IN_COLUMNS}; `ParentSignIns` makes the rest of it.
 */
export const joinedSignIn = (column: string): string =>
  `JOIN sign_ins i ON i.id = ${column} JOIN users u ON u.id = i.user_id ` +
  'LEFT JOIN sessions s ON s.id_hash = i.session_id_hash AND s.user_id = i.user_id';

export const SIGN_IN_GOES_ON = 'i.ended_at IS NULL AND u.disabled_at IS NULL';

export const SIGN_IN_COLUMNS = [
  ...['i.user_id', 'i.session_id_hash', 'i.amr', 'i.proved_at', 'u.sessions_version'],
  ...['s.last_seen_at', 's.idle_expires_at', 's.expires_at', 's.version'],
  ...PERSON_COLUMNS,
];

/** The {@link SIGN_IN_COLUMNS} of a row. */
export interface SignInColumns extends PersonRow {
  readonly user_id: string;
  readonly session_id_hash: string;
  readonly amr: string;
  readonly proved_at: Instant;
  readonly sessions_version: number;
  /** Those of the session: null where the database has none. */
  readonly last_seen_at: Instant | null;
  readonly idle_expires_at: Instant | null;
  readonly expires_at: Instant | null;
  readonly version: number | null;
}

/** What a row says of the sign-in behind it and of its person. */
export interface FoundSignIn {
  readonly person: CurrentPerson;
  readonly amr: readonly AuthenticationMethod[];
  readonly provedAt: Instant;
  readonly sessionIdHash: string;
  readonly sessionsVersion: number;
  /** Its session as the database has it; null for none there. */
  readonly joined: SessionFacts | null;
}

/** Reads the {@link SIGN_IN_COLUMNS} of a row. */
export const foundSignIn = (row: SignInColumns): FoundSignIn => ({
  person: personOf(row.user_id, row),
  amr: methodsIn(row.amr),
  provedAt: row.proved_at,
  sessionIdHash: row.session_id_hash,
  sessionsVersion: row.sessions_version,
  joined: factsIn(row),
});

function factsIn(row: SignInColumns): SessionFacts | null {
  const { last_seen_at: lastSeenAt, idle_expires_at: idleExpiresAt, expires_at: expiresAt, version } = row;
  if (lastSeenAt === null || expiresAt === null || version === null) return null;
  const { session_id_hash: idHash, user_id: userId } = row;
  return { idHash, userId, lastSeenAt, idleExpiresAt, expiresAt, version };
}
