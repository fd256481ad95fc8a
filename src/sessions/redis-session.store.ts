import type { EntityManager } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import type { Transaction } from '../database/transaction.js';
import type { Clock, Instant } from '../kernel/clock.js';
import { type Redis, RedisScript } from '../redis/redis.js';
import { lockPerson } from '../users/lock-person.js';
import type { PersonLookUp } from '../users/person-look-up.js';
import { mayEnter } from './may-enter.js';
import { SESSION_ROWS } from './session.entity.js';
import { RedisSessionIndex } from './redis-session-index.js';
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
import { activityText, firstLineOf, sessionIn, textOf } from './session-text.js';

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
 */
export class RedisSessionStore extends SessionStore {
  private readonly index: RedisSessionIndex;

  constructor(private readonly parts: RedisSessionStoreParts) {
    super();
    this.index = new RedisSessionIndex(parts.redis);
  }

  async find(idHash: string, now: Instant): Promise<LiveSession | null> {
    const session = await this.read(idHash);
    if (session === null || !isAlive(session, now)) return null;
    const person = await this.parts.people.find(session.userId);
    return person === null ? null : { session, person };
  }

  async insert(session: Session, options: InsertOptions): Promise<InsertOutcome> {
    const add = async (manager: EntityManager): Promise<InsertOutcome> => {
      if (!(await mayEnter(manager, session.userId, options.passwordHash))) return { outcome: 'refused' };
      await this.begin(session);
      const ended = await this.endBeyondCap(session, options);
      // The old one last: where anything before fails, its browser still has it.
      if (options.replaces === null) return { outcome: 'inserted', ended };
      const replaced = await this.delete(options.replaces);
      if (replaced !== null || !options.onlyInPlace) return { outcome: 'inserted', ended };
      await this.delete(session.idHash);
      return { outcome: 'refused' };
    };
    const done = options.within ? add(options.within) : this.write(add);
    return done.catch(async (error: unknown) => {
      await this.delete(session.idHash).catch(() => null);
      throw error;
    });
  }

  async update(idHash: string, data: string): Promise<boolean> {
    return (await this.parts.redis.run(REPLACE_DATA, this.key(idHash), data)) === 1;
  }

  async touch({ idHash, userId, lastSeenAt, idleExpiresAt }: Activity): Promise<boolean> {
    // The earlier end is the idle clock where there is one: it never outruns the absolute clock.
    if (idleExpiresAt !== null) await this.index.add(userId, idHash, idleExpiresAt, lastSeenAt);
    const left = idleExpiresAt === null ? 0 : idleExpiresAt - lastSeenAt;
    const activity = activityText({ lastSeenAt, idleExpiresAt });
    const done = (await this.parts.redis.run(WRITE_ACTIVITY, this.key(idHash), activity, left)) === 1;
    if (!done) await this.index.remove(userId, [idHash], lastSeenAt);
    return done;
  }

  async setClocks(session: Session): Promise<boolean> {
    const { userId, idHash, lastSeenAt } = session;
    await this.index.add(userId, idHash, endOf(session), lastSeenAt);
    const left = Math.max(1, endOf(session) - lastSeenAt);
    const done =
      (await this.parts.redis.run(WRITE_FACTS, this.key(idHash), firstLineOf(session), left)) === 1;
    if (!done) await this.index.remove(userId, [idHash], lastSeenAt);
    return done;
  }

  /** Redis ends its keys by its own clock. */
  begunFrom(): Promise<readonly Session[]> {
    return Promise.resolve([]);
  }

  async delete(idHash: string): Promise<Session | null> {
    const ended = await this.end(idHash);
    if (ended !== null) await this.index.remove(ended.userId, [idHash], this.parts.clock.now());
    return ended;
  }

  async listOf(userId: string, now: Instant, within?: EntityManager): Promise<readonly Session[]> {
    const person = within === undefined ? await this.parts.people.find(userId) : true;
    if (person === null) return [];
    const sessions = (await this.all(userId)).filter(session => isAlive(session, now));
    return sessions.sort(lastUsedFirst);
  }

  deleteOf(userId: string, publicId: string): Promise<Session | null> {
    return this.write(async manager => {
      await lockPerson(manager, userId);
      const wanted = (await this.all(userId)).find(session => session.publicId === publicId);
      return wanted === undefined ? null : this.delete(wanted.idHash);
    });
  }

  deleteAllOf(userId: string, { except, within }: EndAllOptions = {}): Promise<readonly Session[]> {
    const endAll = async (manager: EntityManager) => {
      await lockPerson(manager, userId);
      const names = (await this.index.namesOf(userId)).filter(idHash => idHash !== except);
      return this.endTogether(userId, names);
    };
    return within === undefined ? this.write(endAll) : endAll(within);
  }

  /** Redis removes by itself what has ended; what the database still has is from before there was a Redis. */
  deleteExpired(now: Instant, most: number): Promise<number> {
    return this.parts.transaction.deleteOld(SESSION_ROWS, now, most);
  }

  private async begin(session: Session): Promise<void> {
    const { userId, idHash, lastSeenAt } = session;
    const left = endOf(session) - lastSeenAt;
    if (left <= 0) return;
    await this.index.add(userId, idHash, endOf(session), lastSeenAt);
    await this.parts.redis.command('SET', this.key(idHash), textOf(session), 'PX', left, 'NX');
  }

  private async endBeyondCap(newest: Session, { cap, replaces }: InsertOptions): Promise<readonly Session[]> {
    const others = (await this.all(newest.userId)).filter(
      ({ idHash }) => idHash !== newest.idHash && idHash !== replaces,
    );
    const tooMany = others.sort(lastUsedFirst).slice(cap - 1);
    const names = tooMany.map(({ idHash }) => idHash);
    return this.endTogether(newest.userId, names);
  }

  private async endTogether(userId: string, idHashes: readonly string[]): Promise<readonly Session[]> {
    const ended = await Promise.all(idHashes.map(idHash => this.end(idHash)));
    await this.index.remove(userId, idHashes, this.parts.clock.now());
    return ended.filter(session => session !== null);
  }

  /** Takes a session away: of many who try at once one gets it. */
  private async end(idHash: string): Promise<Session | null> {
    const text = await this.parts.redis.command('GETDEL', this.key(idHash));
    return typeof text === 'string' ? sessionIn(idHash, text) : null;
  }

  /** All sessions of somebody that are there, also such that have ended by our clock. */
  private async all(userId: string): Promise<Session[]> {
    const names = await this.index.namesOf(userId);
    const found = await Promise.all(names.map(idHash => this.read(idHash)));
    return found.filter(session => session !== null);
  }

  private async read(idHash: string): Promise<Session | null> {
    const text = await this.parts.redis.command('GET', this.key(idHash));
    return typeof text === 'string' ? sessionIn(idHash, text) : null;
  }

  private key(idHash: string): string {
    return this.parts.redis.key('session', idHash);
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.parts.transaction.run(work).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }
}

const lastUsedFirst = (one: Session, other: Session): number =>
  other.lastSeenAt - one.lastSeenAt || other.createdAt - one.createdAt;

/** Replaces what stands behind the first line end, if the session is still there. */
const REPLACE_DATA = new RedisScript(`
  local text = redis.call('GET', KEYS[1])
  if not text then return 0 end
  redis.call('SET', KEYS[1], string.match(text, '^[^\\n]*\\n') .. ARGV[1], 'KEEPTTL')
  return 1`);

/** Replaces what stands before the first line end, if the session is still there, and moves its end. */
const WRITE_FACTS = new RedisScript(`
  local text = redis.call('GET', KEYS[1])
  if not text then return 0 end
  redis.call('SET', KEYS[1], ARGV[1] .. string.match(text, '\\n.*$'), 'PX', ARGV[2])
  return 1`);

/** Writes over the beginning, if the session is still there, and moves its end. */
const WRITE_ACTIVITY = new RedisScript(`
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  redis.call('SETRANGE', KEYS[1], 0, ARGV[1])
  if ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 1`);
