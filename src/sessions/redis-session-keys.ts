import type { Duration } from '../kernel/durations.js';
import { type Redis, RedisScript } from '../redis/redis.js';
import { CHANGE_DATA } from './redis-session-data.js';
import type { DataChanges } from './session-data.js';
import type { Activity, Session } from './session-store.js';
import { activityText, firstLineOf, sessionIn, textOf } from './session-text.js';
import type { RaisedVersion } from '../users/raise-sessions-version.js';
import type { StoredSession } from './session-version.js';

/** The sessions in Redis, each a key of its own. Every method changes one key in one step, and throws `Unavailable`. */
export class RedisSessionKeys {
  constructor(private readonly redis: Redis) {}

  /** The session, also one that has ended by our clock or by its version; null for none. */
  async read(idHash: string): Promise<StoredSession | null> {
    return storedIn(idHash, await this.redis.command('GET', this.key(idHash)));
  }

  /** Several of them by their id hashes, those that are there. */
  async readTogether(idHashes: readonly string[]): Promise<ReadonlyMap<string, StoredSession>> {
    const [first, ...others] = idHashes.map(idHash => this.key(idHash));
    if (first === undefined) return new Map();
    const texts = await this.redis.valuesOf([first, ...others]);
    const found = new Map<string, StoredSession>();
    for (const [index, idHash] of idHashes.entries()) {
      const session = storedIn(idHash, texts[index]);
      if (session !== null) found.set(idHash, session);
    }
    return found;
  }

  /** Begins a session that lasts so long. @returns false where it is there already. */
  async begin(session: Session, version: number, left: Duration): Promise<boolean> {
    const text = textOf(session, version);
    return (await this.redis.command('SET', this.key(session.idHash), text, 'PX', left, 'NX')) === 'OK';
  }

  /** Takes a session away: of many who try at once one gets it. */
  async take(idHash: string): Promise<StoredSession | null> {
    return storedIn(idHash, await this.redis.command('GETDEL', this.key(idHash)));
  }

  async isThere(idHash: string): Promise<boolean> {
    return (await this.redis.command('EXISTS', this.key(idHash))) === 1;
  }

  /** Changes what the application keeps in it, key by key. @returns false where it is gone. */
  async changeData(idHash: string, changes: DataChanges): Promise<boolean> {
    const words = [...changes].flatMap(([key, text]) => [JSON.stringify(key), text ?? '']);
    return (await this.redis.run(CHANGE_DATA, this.key(idHash), ...words)) === 1;
  }

  /** Writes activity down, and lets it last so long from now on; 0: as long as before. @returns false where it is gone. */
  async writeActivity(activity: Activity, left: Duration): Promise<boolean> {
    return (
      (await this.redis.run(WRITE_ACTIVITY, this.key(activity.idHash), activityText(activity), left)) === 1
    );
  }

  /**
   * Writes every instant of a session anew, and lets it last so long from now on. Where it gets another version at that
   * moment it stays as it is, until the next time. @returns false where it is gone.
   */
  async writeClocks(session: Session, left: Duration): Promise<boolean> {
    const stored = await this.read(session.idHash);
    if (stored === null) return false;
    const line = firstLineOf(session, stored.version);
    return (await this.redis.run(WRITE_FACTS, this.key(session.idHash), line, left, stored.version)) === 1;
  }

  /** Gives a session another version. @returns false where it is gone, or has another one by now. */
  async carryOver(idHash: string, { from, to }: RaisedVersion): Promise<boolean> {
    return (await this.redis.run(REPLACE_VERSION, this.key(idHash), from, to)) === 1;
  }

  private key(idHash: string): string {
    return this.redis.key('session', idHash);
  }
}

const storedIn = (idHash: string, text: unknown): StoredSession | null =>
  typeof text === 'string' ? sessionIn(idHash, text) : null;

/** Replaces what stands before the first line end, if the session is still there and of version ARGV[3], and moves its end. */
const WRITE_FACTS = new RedisScript(`
  local facts, data = string.match(redis.call('GET', KEYS[1]) or '', '^([^\\n]*)(.*)$')
  local version = string.match(facts, '",?(%d*)%]$')
  if not version then return 0 end
  if (version == '' and '0' or version) ~= ARGV[3] then return 1 end
  redis.call('SET', KEYS[1], ARGV[1] .. data, 'PX', ARGV[2])
  return 1`);

/** Writes over the beginning, if the session is still there, and moves its end. */
const WRITE_ACTIVITY = new RedisScript(`
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  redis.call('SETRANGE', KEYS[1], 0, ARGV[1])
  if ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 1`);

/** Replaces what stands behind the last text of the first line, where that is the version ARGV[1]; none counts as 0. */
const REPLACE_VERSION = new RedisScript(`
  local facts, data = string.match(redis.call('GET', KEYS[1]) or '', '^([^\\n]*)(.*)$')
  local before, version = string.match(facts, '^(.*"),?(%d*)%]$')
  if not before or (version == '' and '0' or version) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], before .. ',' .. ARGV[2] .. ']' .. data, 'KEEPTTL')
  return 1`);
