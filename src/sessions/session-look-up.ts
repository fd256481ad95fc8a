import type { DataSource, EntityManager } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import { PERSON_COLUMNS, personOf, type PersonRow } from '../users/person-look-up.js';
import { methodsIn } from './amr.js';
import type { LiveSession, Session } from './session-store.js';

/**
 * Looks sessions up by id hash with their people and sign-ins, expired or not, unless the person is gone or disabled,
 * all their sessions were ended since, or the sign-in has ended: many requests in one statement.
 */
export function sessionLookUp(dataSource: DataSource): BatchedLookUp<LiveSession> {
  const query = jsonRowsQuery(dataSource, {
    columns: [...SESSION_COLUMNS, 'i.began_at', ...PERSON_COLUMNS],
    from: 'sessions s JOIN users u ON u.id = s.user_id LEFT JOIN sign_ins i ON i.id = s.public_id',
    key: 's.id_hash',
    where:
      'u.disabled_at IS NULL AND s.version >= u.sessions_version AND ' +
      '(i.id IS NULL OR i.ended_at IS NULL AND i.session_id_hash = s.id_hash)',
  });
  return new BatchedLookUp(async idHashes => {
    const rows = await readJsonRows<JoinedRow>(dataSource, query, idHashes);
    return new Map(rows.map(row => [row.id_hash, liveSession(row)]));
  });
}

/** Reads all sessions of people, expired or not, but those that ended with all of theirs. None of somebody disabled. */
export function sessionsOf(
  dataSource: DataSource,
): (manager: EntityManager, userId: string) => Promise<readonly Session[]> {
  const query = jsonRowsQuery(dataSource, {
    columns: SESSION_COLUMNS,
    from: 'sessions s JOIN users u ON u.id = s.user_id',
    key: 's.user_id',
    where: 'u.disabled_at IS NULL AND s.version >= u.sessions_version',
  });
  return async (manager, userId) =>
    (await readJsonRows<SessionColumns>(manager, query, [userId])).map(sessionIn);
}

const SESSION_COLUMNS = [
  ...['s.id_hash', 's.public_id', 's.user_id', 's.created_at', 's.authenticated_at', 's.last_seen_at'],
  ...['s.idle_expires_at', 's.expires_at', 's.remembered', 's.amr', 's.ip', 's.user_agent', 's.data'],
];

/** A session, as JSON gives it. */
interface SessionColumns {
  readonly id_hash: string;
  readonly public_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly authenticated_at: number;
  readonly last_seen_at: number;
  readonly idle_expires_at: number | null;
  readonly expires_at: number;
  /** SQLite has no booleans. */
  readonly remembered: 0 | 1 | boolean;
  readonly amr: string;
  readonly ip: string;
  readonly user_agent: string;
  readonly data: string;
}

/** The same with its person. */
interface JoinedRow extends SessionColumns, PersonRow {
  /** Of the sign-in; null where there is none. */
  readonly began_at: number | null;
}

const liveSession = (row: JoinedRow): LiveSession => ({
  session: sessionIn(row),
  person: personOf(row.user_id, row),
  hasSignIn: row.began_at !== null,
});

function sessionIn(row: SessionColumns): Session {
  return {
    idHash: row.id_hash,
    publicId: row.public_id,
    userId: row.user_id,
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    lastSeenAt: row.last_seen_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires_at,
    remembered: Boolean(row.remembered),
    amr: methodsIn(row.amr),
    ip: row.ip,
    userAgent: row.user_agent,
    data: row.data,
  };
}
