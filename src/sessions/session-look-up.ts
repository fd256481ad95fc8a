import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { CurrentPerson, Role } from '../kernel/principal.js';
import { asUnavailable } from '../database/store-failure.js';
import { methodsIn } from './amr.js';
import type { LiveSession, Session } from './session-store.js';

/** Most ids in one look-up. */
const MAX_BATCH = 256;

/**
 * Finds sessions by id hash with their people, many requests in one statement. Requests that arrive while a
 * statement runs go out together in the next one; nothing is remembered from one statement to the next.
 */
export class SessionLookUp {
  private running: Promise<unknown> | null = null;
  private readonly loader = new DataLoader<string, LiveSession | null>(ids => this.together(ids), {
    cache: false,
    maxBatchSize: MAX_BATCH,
    batchScheduleFn: send => {
      if (this.running === null) setImmediate(send);
      else this.running.then(send, send);
    },
  });

  constructor(private readonly dataSource: DataSource) {}

  /** The session, expired or not, unless its person is gone or disabled; null for none. @throws Unavailable */
  find(idHash: string): Promise<LiveSession | null> {
    return this.loader.load(idHash);
  }

  private async together(ids: readonly string[]): Promise<(LiveSession | null)[]> {
    const query = this.rowsOf([...new Set(ids)]);
    this.running = query;
    try {
      const found = new Map((await query).map(row => [row.id_hash, liveSession(row)]));
      return ids.map(id => found.get(id) ?? null);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      if (this.running === query) this.running = null;
    }
  }

  private async rowsOf(ids: readonly string[]): Promise<JoinedRow[]> {
    const [answer] = await this.dataSource.query<{ readonly found: string }[]>(LOOK_UP, [
      JSON.stringify(ids),
    ]);
    const rows: JoinedRow[] = JSON.parse(answer?.found ?? '[]');
    return rows;
  }
}

/** The columns of a {@link JoinedRow}: of the session, and of its person. */
const COLUMNS = [
  ...['s.id_hash', 's.public_id', 's.user_id', 's.created_at', 's.authenticated_at', 's.last_seen_at'],
  ...['s.idle_expires_at', 's.expires_at', 's.remembered', 's.amr', 's.ip', 's.user_agent', 's.data'],
  ...['u.username', 'u.display_name', 'u.email', 'u.role'],
];

/**
 * One statement for any number of ids: they go there and the rows come back as one JSON text each, because
 * sqlite3 turns columns into JavaScript values one by one, which costs more than finding them.
 */
const LOOK_UP =
  `SELECT json_group_array(json_object(${COLUMNS.map(column => `'${column.slice(2)}', ${column}`).join()})) AS found ` +
  'FROM sessions s JOIN users u ON u.id = s.user_id ' +
  'WHERE s.id_hash IN (SELECT value FROM json_each($1)) AND u.disabled_at IS NULL';

/** A session with its person, as JSON gives it. */
interface JoinedRow {
  readonly id_hash: string;
  readonly public_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly authenticated_at: number;
  readonly last_seen_at: number;
  readonly idle_expires_at: number | null;
  readonly expires_at: number;
  readonly remembered: 0 | 1;
  readonly amr: string;
  readonly ip: string;
  readonly user_agent: string;
  readonly data: string;
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly role: Role;
}

function liveSession(row: JoinedRow): LiveSession {
  const person: CurrentPerson = {
    id: row.user_id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    role: row.role,
  };
  const session: Session = {
    idHash: row.id_hash,
    publicId: row.public_id,
    userId: row.user_id,
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    lastSeenAt: row.last_seen_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires_at,
    remembered: row.remembered === 1,
    amr: methodsIn(row.amr),
    ip: row.ip,
    userAgent: row.user_agent,
    data: row.data,
  };
  return { session, person };
}
