import { BatchedLookUp } from '../database/batched-look-up.js';
import type { Clock } from '../kernel/clock.js';
import type { Redis } from '../redis/redis.js';
import type { RaisedVersion } from '../users/raise-sessions-version.js';
import { RedisSessionIndex } from './redis-session-index.js';
import { RedisSessionKeys } from './redis-session-keys.js';
import type { DataChanges } from './session-data.js';
import { endOf } from './session-policy.js';
import type { Activity, Session } from './session-store.js';
import { isCurrent, type StoredSession, withoutVersion } from './session-version.js';

/**
 * The sessions in Redis together with the indexes of whose they are. Two keys are never changed in one step, because on
 * a cluster they may lie on two machines: the index is written before a session begins, and after it ended.
 */
export class RedisSessions {
  private readonly index: RedisSessionIndex;
  private readonly keys: RedisSessionKeys;
  private readonly asked: BatchedLookUp<StoredSession>;

  constructor(
    redis: Redis,
    private readonly clock: Clock,
  ) {
    this.index = new RedisSessionIndex(redis);
    this.keys = new RedisSessionKeys(redis);
    this.asked = new BatchedLookUp(idHashes => this.keys.readTogether(idHashes));
  }

  /** The session, also one that has ended by our clock or by its version; null for none. */
  read(idHash: string): Promise<StoredSession | null> {
    return this.keys.read(idHash);
  }

  /** The same, for many who ask at once: by one command for all of them. */
  readTogether(idHash: string): Promise<StoredSession | null> {
    return this.asked.find(idHash);
  }

  /** Begins a session, unless it would be over already. */
  async begin(session: Session, version: number): Promise<void> {
    const { userId, idHash, lastSeenAt } = session;
    const left = endOf(session) - lastSeenAt;
    if (left <= 0) return;
    await this.index.add(userId, idHash, endOf(session), lastSeenAt);
    await this.keys.begin(session, version, left);
  }

  /** Changes what the application keeps in it. @returns false where it is gone. */
  changeData(idHash: string, changes: DataChanges): Promise<boolean> {
    return this.keys.changeData(idHash, changes);
  }

  /** Writes activity down; an index that was lost knows of the session again. @returns false where it is gone. */
  async touch(activity: Activity): Promise<boolean> {
    const { idHash, userId, lastSeenAt, idleExpiresAt, expiresAt } = activity;
    // The earlier end is the idle clock where there is one: it never outruns the absolute clock.
    await this.index.add(userId, idHash, idleExpiresAt ?? expiresAt, lastSeenAt);
    const left = idleExpiresAt === null ? 0 : idleExpiresAt - lastSeenAt;
    const done = await this.keys.writeActivity(activity, left);
    if (!done) await this.index.remove(userId, [idHash], lastSeenAt);
    return done;
  }

  /** Writes every instant of a session anew, and lets it last as long as they say. @returns false where it is gone. */
  async setClocks(session: Session): Promise<boolean> {
    const { userId, idHash, lastSeenAt } = session;
    await this.index.add(userId, idHash, endOf(session), lastSeenAt);
    const done = await this.keys.writeClocks(session, Math.max(1, endOf(session) - lastSeenAt));
    if (!done) await this.index.remove(userId, [idHash], lastSeenAt);
    return done;
  }

  /** Takes a session away. @returns it; null where it was gone already. */
  async end(idHash: string): Promise<StoredSession | null> {
    const ended = await this.keys.take(idHash);
    if (ended !== null) await this.index.remove(ended.userId, [idHash], this.clock.now());
    return ended;
  }

  /**
   * Takes several sessions of one person away.
   * @returns those that had not ended with others of that version before.
   */
  async endTogether(
    userId: string,
    idHashes: readonly string[],
    version: number,
  ): Promise<readonly Session[]> {
    const ended = await Promise.all(idHashes.map(idHash => this.keys.take(idHash)));
    await this.index.remove(userId, idHashes, this.clock.now());
    return ended.flatMap(session =>
      session !== null && isCurrent(session, version) ? withoutVersion(session) : [],
    );
  }

  /**
   * Lets a session go on when all others of the person end. It is there under the new version before the transaction
   * is kept: under a version above the person's it is live as well, so nobody who asks meanwhile takes it for ended.
   * @returns false where it is gone, somebody else's, or ended with all others before.
   */
  async keep(userId: string, idHash: string, { from, to }: RaisedVersion): Promise<boolean> {
    const stored = await this.keys.read(idHash);
    if (stored === null || stored.userId !== userId || !isCurrent(stored, from)) return false;
    await this.index.add(userId, idHash, endOf(stored), this.clock.now());
    return this.keys.carryOver(idHash, { from: stored.version, to });
  }

  /** The id hashes of all sessions that the index knows of. */
  namesOf(userId: string): Promise<readonly string[]> {
    return this.index.namesOf(userId);
  }

  /**
   * All sessions of somebody that the index knows of, also such that have ended by our clock. Those that have ended by
   * their version are taken away.
   */
  async all(userId: string, version: number): Promise<StoredSession[]> {
    const names = await this.index.namesOf(userId);
    const found = (await Promise.all(names.map(idHash => this.keys.read(idHash)))).filter(isThere);
    const over = found.filter(session => !isCurrent(session, version)).map(({ idHash }) => idHash);
    if (over.length > 0) await this.endTogether(userId, over, version);
    return found.filter(session => isCurrent(session, version));
  }
}

const isThere = (session: StoredSession | null): session is StoredSession => session !== null;
