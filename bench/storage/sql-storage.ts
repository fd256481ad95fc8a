import { columnOf } from '../../src/sessions/amr.js';
import { endOf } from '../../src/sessions/session-policy.js';
import type { Session } from '../../src/sessions/session-store.js';
import type { Person } from '../household.js';
import type { Storage } from './storage.js';

/** A row by its columns' names. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What one SQL database does otherwise than another. */
export interface SqlEngine extends Pick<Storage, 'settle' | 'occupied' | 'close'> {
  /** Adds rows that all have the same columns. */
  insert(table: 'users' | 'sessions', rows: readonly Row[]): Promise<void>;
  /** Runs a statement; `$1`, `$2` … stand for values, in the order they first appear in. */
  query(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** A condition: equal to one of the texts in the JSON array that this parameter is. */
  oneOf(parameter: string): string;
  /** The bytes of the table `sessions` without its indexes. */
  tableSize(): Promise<number>;
}

/** People and sessions in an SQL database that has Gatehouse's schema and one person. */
export async function sqlStorage(engine: SqlEngine): Promise<Storage> {
  const passwordHash = await onlyHash(engine);
  const now = Date.now();
  return {
    addPeople: people =>
      engine.insert(
        'users',
        people.map(person => personRow(person, passwordHash, now)),
      ),
    addSessions: sessions => engine.insert('sessions', sessions.map(sessionRow)),
    touch: async (sessions, { lastSeenAt, idleExpiresAt }) => {
      const idHashes = JSON.stringify(sessions.map(({ idHash }) => idHash));
      await engine.query(
        `UPDATE sessions SET last_seen_at = $1, idle_expires_at = $2, ends_at = $2 WHERE id_hash ${engine.oneOf('$3')}`,
        [lastSeenAt, idleExpiresAt, idHashes],
      );
    },
    settle: () => engine.settle(),
    passwordHash: async () => passwordHash,
    occupied: () => engine.occupied(),
    alone: async () => {
      const [row] = await engine.query('SELECT count(*) AS count FROM sessions');
      return {
        what: 'the table without its indexes',
        bytes: (await engine.tableSize()) / Number(row?.['count']),
      };
    },
    close: () => engine.close(),
  };
}

async function onlyHash(engine: SqlEngine): Promise<string> {
  const [row] = await engine.query('SELECT password_hash FROM users LIMIT 1');
  return String(row?.['password_hash']);
}

const personRow = ({ id, username }: Person, passwordHash: string, now: number): Row => ({
  id,
  username,
  username_key: username,
  display_name: username,
  role: 'user',
  password_hash: passwordHash,
  demo: false,
  created_at: now,
});

const sessionRow = (session: Session): Row => ({
  id_hash: session.idHash,
  public_id: session.publicId,
  user_id: session.userId,
  created_at: session.createdAt,
  authenticated_at: session.authenticatedAt,
  last_seen_at: session.lastSeenAt,
  idle_expires_at: session.idleExpiresAt,
  expires_at: session.expiresAt,
  ends_at: endOf(session),
  remembered: session.remembered,
  amr: columnOf(session.amr),
  ip: session.ip,
  user_agent: session.userAgent,
  data: session.data,
});
