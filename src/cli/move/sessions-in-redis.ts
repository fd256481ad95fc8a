import { z } from 'zod';
import type { RedisConfig } from '../../config/app-config.js';
import type { Clock } from '../../kernel/clock.js';
import { Redis } from '../../redis/redis.js';
import { methodsIn } from '../../sessions/amr.js';
import { RedisSessionIndex } from '../../sessions/redis-session-index.js';
import { RedisSessionKeys } from '../../sessions/redis-session-keys.js';
import { endOf, isAlive } from '../../sessions/session-policy.js';
import type { StoredSession } from '../../sessions/session-version.js';
import type { Added, Destination } from './destination.js';
import type { Row } from './tables.js';

/** Sessions as `RedisSessionStore` keeps them: each ends when it would have ended where it was. */
export class SessionsInRedis implements Destination {
  private readonly index: RedisSessionIndex;
  private readonly keys: RedisSessionKeys;

  constructor(
    redis: Redis,
    private readonly clock: Clock,
  ) {
    this.index = new RedisSessionIndex(redis);
    this.keys = new RedisSessionKeys(redis);
  }

  async add(rows: readonly Row[]): Promise<Added> {
    const begun = await Promise.all(rows.map(row => this.begin(SessionOfRow.parse(row))));
    return { added: begun.filter(Boolean).length, mended: 0 };
  }

  /** A session that has ended meanwhile is gone, and rightly so. */
  async countOf(rows: readonly Row[]): Promise<number> {
    const there = await Promise.all(
      rows.map(async row => {
        const session = SessionOfRow.parse(row);
        return (await this.keys.isThere(session.idHash)) || !isAlive(session, this.clock.now());
      }),
    );
    return there.filter(Boolean).length;
  }

  private async begin(session: StoredSession): Promise<boolean> {
    const now = this.clock.now();
    if (!isAlive(session, now)) return false;
    const end = endOf(session);
    await this.index.add(session.userId, session.idHash, end, now);
    return this.keys.begin(session, session.version, end - now);
  }
}

/** Connects to Redis where there is one, and closes the connection when `work` is done. @throws ConfigError */
export async function withRedis<T>(
  config: RedisConfig | null,
  work: (redis: Redis | null) => Promise<T>,
): Promise<T> {
  const redis = config === null ? null : await Redis.connect(config);
  try {
    return await work(redis);
  } finally {
    await redis?.close();
  }
}

const SessionOfRow = z
  .object({
    id_hash: z.string(),
    public_id: z.string(),
    user_id: z.string(),
    created_at: z.number(),
    authenticated_at: z.number(),
    last_seen_at: z.number(),
    idle_expires_at: z.number().nullable(),
    expires_at: z.number(),
    remembered: z.number(),
    amr: z.string(),
    ip: z.string(),
    user_agent: z.string(),
    data: z.string(),
    version: z.number(),
  })
  .transform((row): StoredSession => ({
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
    version: row.version,
  }));
