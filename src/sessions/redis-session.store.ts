import type { EntityManager } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Clock, Instant } from '../kernel/clock.js';
import type { Redis } from '../redis/redis.js';
import { lockPerson } from '../users/lock-person.js';
import type { SignInLookUp } from './sign-in-look-up.js';
import { raiseSessionsVersion } from '../users/raise-sessions-version.js';
import { mayEnter } from './may-enter.js';
import { RedisSessions } from './redis-sessions.js';
import { RedisVersions } from './redis-versions.js';
import type { DataChanges } from './session-data.js';
import { isAlive, lastUsedFirst } from './session-policy.js';
import {
  type Activity,
  type EndAllOptions,
  type InsertOptions,
  type InsertOutcome,
  type LiveSession,
  type Session,
  type SessionFacts,
  SessionStore,
} from './session-store.js';
import { isCurrent, type StoredSession, withoutVersion } from './session-version.js';
import { SESSION_ROWS } from './session.entity.js';

/** What the store works with. */
export interface RedisSessionStoreParts {
  readonly redis: Redis;
  readonly signIns: SignInLookUp;
  readonly transaction: Transaction;
  readonly clock: Clock;
}

/**
 * Sessions in Redis: each a key that ends when it does, and an index a person. The people and the sign-ins are in the database:
 * whoever signs somebody in or ends their sessions holds the lock on their row there, so that happens one after
 * the other on all nodes.
 *
 * Redis may lose any key. Without its key a session has ended; without the index nothing is listed, and still all
 * sessions end together, because each has a version that is compared with the person's (`session-version.ts`).
 */
export class RedisSessionStore extends SessionStore {
  readonly isInDatabase = false;
  private readonly sessions: RedisSessions;
  private readonly versions: RedisVersions;

  constructor(private readonly parts: RedisSessionStoreParts) {
    super();
    this.sessions = new RedisSessions(parts.redis, parts.clock);
    this.versions = new RedisVersions(parts.redis);
  }

  get mayLoseTrack(): boolean {
    return this.parts.redis.evictionPolicy !== null;
  }

  async find(idHash: string, now: Instant): Promise<LiveSession | null> {
    const stored = await this.sessions.read(idHash);
    if (stored === null || !isAlive(stored, now)) return null;
    const found = await this.parts.signIns.find(stored);
    if (found === null) return null;
    const { person: owner, hasSignIn } = found;
    const { sessionsVersion, ...person } = owner;
    const current = isCurrent(stored, sessionsVersion)
      ? stored
      : await this.keptMeanwhile(idHash, sessionsVersion);
    return current === null ? null : { session: withoutVersion(current), person, hasSignIn };
  }

  async insert(session: Session, options: InsertOptions): Promise<InsertOutcome> {
    const add = async (manager: EntityManager): Promise<InsertOutcome> => {
      const version = await mayEnter(manager, session, options.proof);
      if (version === null) return { outcome: 'refused' };
      await this.sessions.begin(session, version);
      const ended = await this.endBeyondCap(session, options, version);
      // The old one last: where anything before fails, its browser still has it.
      if (options.replaces === null) return { outcome: 'inserted', ended };
      const replaced = await this.sessions.end(options.replaces);
      const inPlace = replaced?.userId === session.userId && isCurrent(replaced, version);
      if (inPlace || !options.onlyInPlace) return { outcome: 'inserted', ended };
      await this.sessions.end(session.idHash);
      return { outcome: 'refused' };
    };
    return this.write(add, options.within ?? undefined).catch(async (error: unknown) => {
      await this.undo(session.idHash).catch(() => null);
      throw error;
    });
  }

  update({ idHash }: Pick<Session, 'idHash'>, changes: DataChanges): Promise<boolean> {
    return this.sessions.changeData(idHash, changes);
  }

  touch(activity: Activity): Promise<boolean> {
    return this.sessions.touch(activity);
  }

  setClocks(session: Session): Promise<boolean> {
    return this.sessions.setClocks(session);
  }

  /** Redis ends its keys by its own clock. */
  begunFrom(): Promise<readonly Session[]> {
    return Promise.resolve([]);
  }

  async delete(idHash: string): Promise<Session | null> {
    const ended = await this.sessions.end(idHash);
    return ended === null ? null : withoutVersion(ended);
  }

  factsOf(idHash: string): Promise<SessionFacts | null> {
    return this.sessions.readTogether(idHash);
  }

  async undo(idHash: string): Promise<void> {
    await this.sessions.end(idHash);
  }

  async isLive({ idHash, userId }: Session, now: Instant, within: EntityManager): Promise<boolean> {
    const person = await lockPerson(within, userId);
    const stored = person === null ? null : await this.sessions.read(idHash);
    if (person === null || stored === null) return false;
    return stored.userId === userId && isAlive(stored, now) && isCurrent(stored, person.sessionsVersion);
  }

  async listOf(userId: string, now: Instant, within?: EntityManager): Promise<readonly Session[]> {
    // A transaction has one connection, and does not wait for another one.
    const person = within ? await lockPerson(within, userId) : await this.parts.signIns.findPerson(userId);
    if (person === null) return [];
    const sessions = (await this.sessions.all(userId, person.sessionsVersion)).filter(session =>
      isAlive(session, now),
    );
    // A Redis that was put back to an earlier state has sessions that have ended since.
    const live = await this.parts.signIns.liveAmong(sessions, within);
    return [...live].sort(lastUsedFirst).map(withoutVersion);
  }

  deleteOf(userId: string, publicId: string, within?: EntityManager): Promise<readonly Session[]> {
    return this.write(async manager => {
      const person = await lockPerson(manager, userId);
      if (person === null) return [];
      const sessions = await this.sessions.all(userId, person.sessionsVersion);
      // All of that name: one that goes on under another id is there twice for a moment, or longer where a process died.
      const names = sessions.filter(session => session.publicId === publicId).map(({ idHash }) => idHash);
      return this.sessions.endTogether(userId, names, person.sessionsVersion);
    }, within);
  }

  deleteAllOf(userId: string, { except, within }: EndAllOptions = {}): Promise<readonly Session[]> {
    const endAll = async (manager: EntityManager) => {
      let kept = false;
      const raised = await raiseSessionsVersion(manager, userId, {
        atLeast: await this.versions.next(this.parts.clock.now()),
        first: async version => {
          kept = except !== undefined && (await this.sessions.keep(userId, except, version));
        },
      });
      const names = (await this.sessions.namesOf(userId)).filter(idHash => !kept || idHash !== except);
      return this.sessions.endTogether(userId, names, raised?.from ?? 0);
    };
    return this.write(endAll, within);
  }

  /** Redis removes by itself what has ended; what the database still has is from before there was a Redis. */
  deleteExpired(now: Instant, most: number): Promise<number> {
    return this.parts.transaction.deleteOld(SESSION_ROWS, now, most);
  }

  private async endBeyondCap(
    newest: Session,
    { cap, replaces }: InsertOptions,
    version: number,
  ): Promise<readonly Session[]> {
    const others = (await this.sessions.all(newest.userId, version)).filter(
      ({ idHash }) => idHash !== newest.idHash && idHash !== replaces,
    );
    const tooMany = others.sort(lastUsedFirst).slice(cap - 1);
    const names = tooMany.map(({ idHash }) => idHash);
    return this.sessions.endTogether(newest.userId, names, version);
  }

  /**
   * The session if it was kept, between reading it and its person, when all others were ended. One that was ended with
   * them is taken away.
   */
  private async keptMeanwhile(idHash: string, sessionsVersion: number): Promise<StoredSession | null> {
    const stored = await this.sessions.read(idHash);
    if (stored === null || isCurrent(stored, sessionsVersion)) return stored;
    // Without its key it opens nothing, with it neither: nobody has to wait for a Redis that cannot write.
    await this.sessions.end(idHash).catch(() => null);
    return null;
  }

  /** @param within whose transaction it is; else one of its own. */
  private write<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    if (within !== undefined) return work(within);
    return this.parts.transaction.run(work).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }
}
