import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { CurrentPerson, Role } from '../kernel/principal.js';
import { asUnavailable } from '../database/store-failure.js';
import { methodsIn } from './amr.js';
import type { LiveSession, Session } from './session-store.js';

/** Most ids in one look-up; far below what any database takes as parameters of a statement. */
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

  private rowsOf(ids: readonly string[]): Promise<JoinedRow[]> {
    const places = ids.map((_, index) => `$${index + 1}`).join();
    return this.dataSource.query<JoinedRow[]>(
      `${SELECT} WHERE s.id_hash IN (${places}) AND u.disabled_at IS NULL`,
      [...ids],
    );
  }
}

const SELECT =
  'SELECT s.id_hash, s.public_id, s.user_id, s.created_at, s.authenticated_at, s.last_seen_at, s.idle_expires_at, ' +
  's.expires_at, s.remembered, s.amr, s.ip, s.user_agent, s.data, u.username, u.display_name, u.email, u.role ' +
  'FROM sessions s JOIN users u ON u.id = s.user_id';

/** SQLite gives numbers and 0/1, PostgreSQL texts and booleans. */
interface JoinedRow {
  readonly id_hash: string;
  readonly public_id: string;
  readonly user_id: string;
  readonly created_at: number | string;
  readonly authenticated_at: number | string;
  readonly last_seen_at: number | string;
  readonly idle_expires_at: number | string | null;
  readonly expires_at: number | string;
  readonly remembered: number | boolean;
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
    createdAt: Number(row.created_at),
    authenticatedAt: Number(row.authenticated_at),
    lastSeenAt: Number(row.last_seen_at),
    idleExpiresAt: row.idle_expires_at === null ? null : Number(row.idle_expires_at),
    expiresAt: Number(row.expires_at),
    remembered: Boolean(row.remembered),
    amr: methodsIn(row.amr),
    ip: row.ip,
    userAgent: row.user_agent,
    data: row.data,
  };
  return { session, person };
}
