import type { Instant } from '../kernel/clock.js';
import { type Redis, RedisScript } from '../redis/redis.js';

/**
 * Makes the versions under which sessions are kept when all others end. No version may come twice, whichever process
 * asks: what is in Redis is not undone with the database, and a session that was kept under the first would outlive the
 * second. So Redis itself counts them, beside the sessions.
 */
export class RedisVersions {
  constructor(private readonly redis: Redis) {}

  /** At least the present instant, and another one each time. @throws Unavailable */
  async next(now: Instant): Promise<number> {
    return Number(await this.redis.run(NEXT, this.redis.key('versions', 'latest'), now));
  }
}

/** After a loss of the key it is the present instant that is above all before. */
const NEXT = new RedisScript(`
  local version = math.max((tonumber(redis.call('GET', KEYS[1])) or 0) + 1, tonumber(ARGV[1]))
  redis.call('SET', KEYS[1], string.format('%d', version))
  return version`);
