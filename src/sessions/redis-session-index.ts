import type { Instant } from '../kernel/clock.js';
import { type Redis, RedisScript } from '../redis/redis.js';

/**
 * Which sessions a person has: a sorted set of id hashes, each with the instant its session ends. It may name a
 * session that is not there (any more), but never lacks one that is. It lives as long as the last of them.
 */
export class RedisSessionIndex {
  constructor(private readonly redis: Redis) {}

  /** Adds a session, or moves its end forward. @throws Unavailable */
  async add(userId: string, idHash: string, endsAt: Instant, now: Instant): Promise<void> {
    await this.redis.run(ADD, this.key(userId), now, endsAt, idHash);
  }

  /** Takes sessions out. @throws Unavailable */
  async remove(userId: string, idHashes: readonly string[], now: Instant): Promise<void> {
    if (idHashes.length > 0) await this.redis.run(REMOVE, this.key(userId), now, ...idHashes);
  }

  /** The id hashes of all sessions the person may have. @throws Unavailable */
  async namesOf(userId: string): Promise<readonly string[]> {
    const names = await this.redis.command('ZRANGE', this.key(userId), 0, -1);
    return Array.isArray(names) ? names.map(String) : [];
  }

  private key(userId: string): string {
    return this.redis.key('sessions-of', userId);
  }
}

/** Forgets what is over, and makes the whole last exactly as long as its last member. */
const KEEP_AS_LONG_AS_NEEDED = `
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  if last then redis.call('PEXPIRE', KEYS[1], string.format('%d', last - ARGV[1])) end`;

const ADD = new RedisScript(`redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[3])${KEEP_AS_LONG_AS_NEEDED}`);

const REMOVE = new RedisScript(`redis.call('ZREM', KEYS[1], unpack(ARGV, 2))${KEEP_AS_LONG_AS_NEEDED}`);
