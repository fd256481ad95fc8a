import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type FindOptionsWhere,
  In,
  LessThan,
  MoreThan,
  MoreThanOrEqual,
} from 'typeorm';
import { z } from 'zod';
import type { BatchedLookUp } from '../database/batched-look-up.js';
import { insertRows } from '../database/insert-rows.js';
import { gatheredIn } from '../database/json-rows.js';
import { forUpdate, isPostgres } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { lockPerson } from '../users/lock-person.js';
import { type RaisedVersion, raiseSessionsVersion } from '../users/raise-sessions-version.js';
import { columnOf, methodsIn } from './amr.js';
import { changeData } from './change-data.js';
import { mayEnter } from './may-enter.js';
import type { DataChanges } from './session-data.js';
import { sessionLookUp, sessionsOf } from './session-look-up.js';
import { endOf, isAlive, lastUsedFirst } from './session-policy.js';
import { SESSION_ROWS, SessionRow } from './session.entity.js';
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

/** Sessions in the SQL database. */
@Injectable()
export class SqlSessionStore extends SessionStore {
  readonly isInDatabase = true;

  private readonly lookUp: BatchedLookUp<LiveSession>;
  private readonly allOf: ReturnType<typeof sessionsOf>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
  ) {
    super();
    this.lookUp = sessionLookUp(dataSource);
    this.allOf = sessionsOf(dataSource);
  }

  async find(idHash: string, now: Instant): Promise<LiveSession | null> {
    const found = await this.lookUp.find(idHash);
    return found !== null && isAlive(found.session, now) ? found : null;
  }

  insert(session: Session, options: InsertOptions): Promise<InsertOutcome> {
    const add = async (manager: EntityManager): Promise<InsertOutcome> => {
      const version = await mayEnter(manager, session, options.proof);
      if (version === null) return { outcome: 'refused' };
      if (options.replaces !== null) {
        const live = { userId: session.userId, version: MoreThanOrEqual(version) };
        const old = { idHash: options.replaces, ...(options.onlyInPlace ? live : {}) };
        const { affected } = await manager.delete(SessionRow, old);
        if (options.onlyInPlace && !affected) return { outcome: 'refused' };
      }
      const rows = [rowOf({ ...session, version })];
      const [done] = Inserted.parse(
        await insertRows(manager, SessionRow, rows, beyondCap(manager, options.cap)),
      );
      return { outcome: 'inserted', ended: await endBeyondCap(manager, done?.beyond ?? null) };
    };
    return this.write(add, options.within ?? undefined);
  }

  update(session: Pick<Session, 'idHash' | 'data'>, changes: DataChanges): Promise<boolean> {
    return changeData(this.transaction, session, changes).catch(rethrow);
  }

  touch({ idHash, lastSeenAt, idleExpiresAt }: Activity): Promise<boolean> {
    // The earlier end is the idle clock where there is one: it never outruns the absolute clock.
    const ends = idleExpiresAt === null ? {} : { idleExpiresAt, endsAt: idleExpiresAt };
    return this.changeOne(manager => manager.update(SessionRow, { idHash }, { lastSeenAt, ...ends }));
  }

  setClocks(session: Session): Promise<boolean> {
    const { idHash, createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt } = session;
    const clocks = {
      createdAt,
      authenticatedAt,
      lastSeenAt,
      idleExpiresAt,
      expiresAt,
      endsAt: endOf(session),
    };
    return this.changeOne(manager => manager.update(SessionRow, { idHash }, clocks));
  }

  async begunFrom(instant: Instant, most: number): Promise<readonly Session[]> {
    const where = { createdAt: MoreThanOrEqual(instant) };
    const rows = await this.dataSource.manager.find(SessionRow, { where, take: most }).catch(rethrow);
    return rows.map(storedOf).map(withoutVersion);
  }

  async delete(idHash: string, within?: EntityManager): Promise<Session | null> {
    const [ended] = await this.write(manager => endSessions(manager, { idHash }), within);
    return ended === undefined ? null : withoutVersion(ended);
  }

  factsOf(_: string, joined: SessionFacts | null): SessionFacts | null {
    return joined;
  }

  /** The database has undone it by itself. */
  undo(): Promise<void> {
    return Promise.resolve();
  }

  async isLive({ idHash, userId }: Session, now: Instant, within: EntityManager): Promise<boolean> {
    const person = await lockPerson(within, userId);
    if (person === null) return false;
    const version = MoreThanOrEqual(person.sessionsVersion);
    return within.existsBy(SessionRow, { idHash, userId, endsAt: MoreThan(now), version });
  }

  /** What has a row has it until somebody deletes it. */
  get mayLoseTrack(): boolean {
    return false;
  }

  async listOf(userId: string, now: Instant, within = this.dataSource.manager): Promise<readonly Session[]> {
    const all = await this.allOf(within, userId).catch(rethrow);
    return all.filter(session => isAlive(session, now)).sort(lastUsedFirst);
  }

  deleteOf(userId: string, publicId: string, within?: EntityManager): Promise<readonly Session[]> {
    return this.write(async manager => {
      const person = await lockPerson(manager, userId);
      if (person === null) return [];
      const version = MoreThanOrEqual(person.sessionsVersion);
      return (await endSessions(manager, { userId, publicId, version })).map(withoutVersion);
    }, within);
  }

  deleteAllOf(userId: string, { except, within }: EndAllOptions = {}): Promise<readonly Session[]> {
    return this.write(manager => endAllOf(manager, userId, except), within);
  }

  deleteExpired(now: Instant, most: number): Promise<number> {
    return this.transaction.deleteOld(SESSION_ROWS, now, most).catch(rethrow);
  }

  /** @param within whose transaction it is; else one of its own. */
  private write<T>(work: (manager: EntityManager) => Promise<T>, within?: EntityManager): Promise<T> {
    return within === undefined ? this.transaction.run(work).catch(rethrow) : work(within);
  }

  private async changeOne(
    statement: (manager: EntityManager) => Promise<{ affected?: number | null }>,
  ): Promise<boolean> {
    const { affected } = await this.transaction.one(statement).catch(rethrow);
    return (affected ?? 0) > 0;
  }
}

/** Whoever signs in as this person, or is changing the account, comes before or after it, and never half-way. */
async function endAllOf(
  manager: EntityManager,
  userId: string,
  except: string | undefined,
): Promise<readonly Session[]> {
  const keep = async ({ from, to: version }: RaisedVersion) => {
    if (except === undefined) return;
    const kept = { idHash: except, userId, version: MoreThanOrEqual(from) };
    await manager.update(SessionRow, kept, { version });
  };
  const raised = await raiseSessionsVersion(manager, userId, { first: keep });
  // The rows of somebody who is gone went with them.
  if (raised === null) return [];
  const { from, to: version } = raised;
  const ended = await endSessions(manager, { userId, version: LessThan(version) });
  return ended.filter(session => isCurrent(session, from)).map(withoutVersion);
}

async function endSessions(
  manager: EntityManager,
  where: FindOptionsWhere<SessionRow>,
): Promise<readonly StoredSession[]> {
  const rows = await manager.find(SessionRow, { where, ...forUpdate(manager) });
  if (rows.length > 0) await manager.delete(SessionRow, { idHash: In(rows.map(row => row.idHash)) });
  return rows.map(storedOf);
}

async function endBeyondCap(manager: EntityManager, beyond: string | null): Promise<readonly Session[]> {
  const tooMany = gatheredIn(beyond);
  if (tooMany.length === 0) return [];
  return (await endSessions(manager, { idHash: In(tooMany) })).map(withoutVersion);
}

const Inserted = z.tuple([z.object({ beyond: z.string().nullable() })]);

/** The id hashes of the sessions that have no place beside the new one, as one text. Asked with each, and hardly ever any. */
const beyondCap = (manager: EntityManager, cap: number): string => `(
  SELECT ${isPostgres(manager) ? 'string_agg' : 'group_concat'}(id_hash, ' ') FROM (
    SELECT other.id_hash FROM sessions other
    WHERE other.user_id = sessions.user_id AND other.id_hash <> sessions.id_hash
      AND other.version >= sessions.version
    ORDER BY other.last_seen_at DESC, other.created_at DESC LIMIT 1000 OFFSET ${cap - 1}) over) AS beyond`;

function rethrow(error: unknown): never {
  throw asUnavailable(error);
}

const storedOf = ({ endsAt: _, amr, ...row }: SessionRow): StoredSession => ({ ...row, amr: methodsIn(amr) });

const rowOf = ({ amr, ...session }: StoredSession): SessionRow =>
  Object.assign(new SessionRow(), session, { amr: columnOf(amr), endsAt: endOf(session) });
