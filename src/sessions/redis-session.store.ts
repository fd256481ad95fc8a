import type { EntityManager } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Clock, Instant } from '../kernel/clock.js';
import type { Redis } from '../redis/redis.js';
import { lockPerson } from '../users/lock-person.js';
import type { PersonLookUp } from '../users/person-look-up.js';
import { type RaisedVersion, raiseSessionsVersion } from '../users/raise-sessions-version.js';
import { mayEnter } from './may-enter.js';
import { RedisSessionIndex } from './redis-session-index.js';
import { RedisSessionKeys } from './redis-session-keys.js';
import { endOf, isAlive } from './session-policy.js';
import {
  type Activity,
  type EndAllOptions,
  type InsertOptions,
  type InsertOutcome,
  type LiveSession,
  type Session,
  SessionStore,
} from './session-store.js';
import { isCurrent, type StoredSession, withoutVersion } from './session-version.js';
import { SESSION_ROWS } from './session.entity.js';

/** What the store works with. */
export interface RedisSessionStoreParts {
  readonly redis: Redis;
  readonly people: PersonLookUp;
  readonly transaction: Transaction;
  readonly clock: Clock;
}

/**
 * Sessions in Redis: each a key that ends when it does, and an index a person. The people are in the database:
 * whoever signs somebody in or ends their sessions holds the lock on their row there, so that happens one after
 * the other on all nodes. Two keys are never changed in one step, because on a cluster they may lie on two
 * machines: the index is written before a session begins, and after it ended.
 *
 * Redis may lose any key. Without its key a session has ended; without the index nothing is listed, and still all
 * sessions end together, because each has a version that is compared with the person's (`session-version.ts`).
 */
export class RedisSessionStore extends SessionStore {
  private readonly index: RedisSessionIndex;
  private readonly keys: RedisSessionKeys;
  private latestVersion = 0;

  constructor(private readonly parts: RedisSessionStoreParts) {
    super();
    this.index = new RedisSessionIndex(parts.redis);
    this.keys = new RedisSessionKeys(parts.redis);
  }

  get mayLoseTrack(): boolean {
    return this.parts.redis.evictionPolicy !== null;
  }

  async find(idHash: string, now: Instant): Promise<LiveSession | null> {
    const stored = await this.keys.read(idHash);
    if (stored === null || !isAlive(stored, now)) return null;
    const found = await this.parts.people.find(stored.userId);
    if (found === null) return null;
    const { sessionsVersion, ...person } = found;
    if (isCurrent(stored, sessionsVersion)) return { session: withoutVersion(stored), person };
    const kept = await this.keptMeanwhile(idHash, sessionsVersion);
    return kept === null ? null : { session: withoutVersion(kept), person };
  }

  async insert(session: Session, options: InsertOptions): Promise<InsertOutcome> {
    const add = async (manager: EntityManager): Promise<InsertOutcome> => {
      const version = await mayEnter(manager, session.userId, options.passwordHash);
      if (version === null) return { outcome: 'refused' };
      await this.begin(session, version);
      const ended = await this.endBeyondCap(session, options, version);
      // The old one last: where anything before fails, its browser still has it.
      if (options.replaces === null) return { outcome: 'inserted', ended };
      const replaced = await this.end(options.replaces);
      const inPlace = replaced?.userId === session.userId && isCurrent(replaced, version);
      if (inPlace || !options.onlyInPlace) return { outcome: 'inserted', ended };
      await this.end(session.idHash);
      return { outcome: 'refused' };
    };
    const done = options.within ? add(options.within) : this.write(add);
    return done.catch(async (error: unknown) => {
      await this.end(session.idHash).catch(() => null);
      throw error;
    });
  }

  update(idHash: string, data: string): Promise<boolean> {
    return this.keys.replaceData(idHash, data);
  }

  async touch(activity: Activity): Promise<boolean> {
    const { idHash, userId, lastSeenAt, idleExpiresAt, expiresAt } = activity;
    // The earlier end is the idle clock where there is one: it never outruns the absolute clock.
    await this.index.add(userId, idHash, idleExpiresAt ?? expiresAt, lastSeenAt);
    const left = idleExpiresAt === null ? 0 : idleExpiresAt - lastSeenAt;
    const done = await this.keys.writeActivity(activity, left);
    if (!done) await this.index.remove(userId, [idHash], lastSeenAt);
    return done;
  }

  async delete(idHash: string): Promise<Session | null> {
    const ended = await this.end(idHash);
    return ended === null ? null : withoutVersion(ended);
  }

  async isLive({ idHash, userId }: Session, now: Instant, within: EntityManager): Promise<boolean> {
    const person = await lockPerson(within, userId);
    const stored = person === null ? null : await this.keys.read(idHash);
    if (person === null || stored === null) return false;
    return stored.userId === userId && isAlive(stored, now) && isCurrent(stored, person.sessionsVersion);
  }

  async listOf(userId: string, now: Instant): Promise<readonly Session[]> {
    const person = await this.parts.people.find(userId);
    if (person === null) return [];
    const sessions = await this.all(userId, person.sessionsVersion);
    return sessions
      .filter(session => isAlive(session, now))
      .sort(lastUsedFirst)
      .map(withoutVersion);
  }

  deleteOf(userId: string, publicId: string): Promise<Session | null> {
    return this.write(async manager => {
      const person = await lockPerson(manager, userId);
      if (person === null) return null;
      const sessions = await this.all(userId, person.sessionsVersion);
      const wanted = sessions.find(session => session.publicId === publicId);
      return wanted === undefined ? null : this.delete(wanted.idHash);
    });
  }

  deleteAllOf(userId: string, { except, within }: EndAllOptions = {}): Promise<readonly Session[]> {
    const endAll = async (manager: EntityManager) => {
      const raised = await raiseSessionsVersion(manager, userId, this.newVersion());
      const kept = raised !== null && except !== undefined && (await this.keep(userId, except, raised));
      const names = (await this.index.namesOf(userId)).filter(idHash => !kept || idHash !== except);
      return this.endTogether(userId, names, raised?.from ?? 0);
    };
    return within === undefined ? this.write(endAll) : endAll(within);
  }

  /** Redis removes by itself what has ended; what the database still has is from before there was a Redis. */
  deleteExpired(now: Instant, most: number): Promise<number> {
    return this.parts.transaction.deleteOld(SESSION_ROWS, now, most);
  }

  private async begin(session: Session, version: number): Promise<void> {
    const { userId, idHash, lastSeenAt } = session;
    const left = endOf(session) - lastSeenAt;
    if (left <= 0) return;
    await this.index.add(userId, idHash, endOf(session), lastSeenAt);
    await this.keys.begin(session, version, left);
  }

  private async endBeyondCap(
    newest: Session,
    { cap, replaces }: InsertOptions,
    version: number,
  ): Promise<readonly Session[]> {
    const others = (await this.all(newest.userId, version)).filter(
      ({ idHash }) => idHash !== newest.idHash && idHash !== replaces,
    );
    const tooMany = others.sort(lastUsedFirst).slice(cap - 1);
    const names = tooMany.map(({ idHash }) => idHash);
    return this.endTogether(newest.userId, names, version);
  }

  /** @returns those that had not ended with others of that version before. */
  private async endTogether(
    userId: string,
    idHashes: readonly string[],
    version: number,
  ): Promise<readonly Session[]> {
    const ended = await Promise.all(idHashes.map(idHash => this.keys.take(idHash)));
    await this.index.remove(userId, idHashes, this.parts.clock.now());
    return ended.flatMap(session =>
      session !== null && isCurrent(session, version) ? withoutVersion(session) : [],
    );
  }

  private async end(idHash: string): Promise<StoredSession | null> {
    const ended = await this.keys.take(idHash);
    if (ended !== null) await this.index.remove(ended.userId, [idHash], this.parts.clock.now());
    return ended;
  }

  /**
   * Lets a session go on when all others of the person end. It is there under the new version before the transaction
   * is kept: under a version above the person's it is live as well, so nobody who asks meanwhile takes it for ended.
   */
  private async keep(userId: string, idHash: string, { from, to }: RaisedVersion): Promise<boolean> {
    const stored = await this.keys.read(idHash);
    if (stored === null || stored.userId !== userId || !isCurrent(stored, from)) return false;
    await this.index.add(userId, idHash, endOf(stored), this.parts.clock.now());
    return this.keys.carryOver(idHash, { from: stored.version, to });
  }

  /**
   * The session if it was kept, between reading it and its person, when all others were ended. One that was ended with
   * them is taken away.
   */
  private async keptMeanwhile(idHash: string, sessionsVersion: number): Promise<StoredSession | null> {
    const stored = await this.keys.read(idHash);
    if (stored === null || isCurrent(stored, sessionsVersion)) return stored;
    // Without its key it opens nothing, with it neither: nobody has to wait for a Redis that cannot write.
    await this.end(idHash).catch(() => null);
    return null;
  }

  /**
   * At least the present instant, and another one each time. What is in Redis is not undone with the database: no
   * version may come twice, neither after a transaction that failed nor after a backup was restored, or a session that
   * was kept under the first would outlive the second.
   */
  private newVersion(): number {
    this.latestVersion = Math.max(this.latestVersion + 1, this.parts.clock.now());
    return this.latestVersion;
  }

  /**
   * All sessions of somebody that the index knows of, also such that have ended by our clock. Those that have ended by
   * their version are taken away.
   */
  private async all(userId: string, version: number): Promise<StoredSession[]> {
    const names = await this.index.namesOf(userId);
    const found = (await Promise.all(names.map(idHash => this.keys.read(idHash)))).filter(isThere);
    const over = found.filter(session => !isCurrent(session, version)).map(({ idHash }) => idHash);
    if (over.length > 0) await this.endTogether(userId, over, version);
    return found.filter(session => isCurrent(session, version));
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.parts.transaction.run(work).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }
}

const isThere = (session: StoredSession | null): session is StoredSession => session !== null;

const lastUsedFirst = (one: Session, other: Session): number =>
  other.lastSeenAt - one.lastSeenAt || other.createdAt - one.createdAt;
