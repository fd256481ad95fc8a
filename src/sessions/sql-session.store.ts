import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type FindOptionsWhere,
  In,
  MoreThan,
  MoreThanOrEqual,
  Not,
  Raw,
} from 'typeorm';
import type { BatchedLookUp } from '../database/batched-look-up.js';
import { forUpdate } from '../database/locks.js';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { lockPerson } from '../users/lock-person.js';
import { columnOf, methodsIn } from './amr.js';
import { mayEnter } from './may-enter.js';
import { sessionLookUp } from './session-look-up.js';
import { endOf, isAlive } from './session-policy.js';
import { SESSION_ROWS, SessionRow } from './session.entity.js';
import {
  type Activity,
  type EndAllOptions,
  type InsertOptions,
  type InsertOutcome,
  type LiveSession,
  type Session,
  SessionStore,
} from './session-store.js';

/** Sessions in the SQL database. */
@Injectable()
export class SqlSessionStore extends SessionStore {
  private readonly lookUp: BatchedLookUp<LiveSession>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
  ) {
    super();
    this.lookUp = sessionLookUp(dataSource);
  }

  async find(idHash: string, now: Instant): Promise<LiveSession | null> {
    const found = await this.lookUp.find(idHash);
    return found !== null && isAlive(found.session, now) ? found : null;
  }

  insert(session: Session, options: InsertOptions): Promise<InsertOutcome> {
    const add = async (manager: EntityManager): Promise<InsertOutcome> => {
      if (!(await mayEnter(manager, session.userId, options.passwordHash))) return { outcome: 'refused' };
      if (options.replaces !== null) {
        const { affected } = await manager.delete(SessionRow, { idHash: options.replaces });
        if (options.onlyInPlace && !affected) return { outcome: 'refused' };
      }
      await manager.insert(SessionRow, rowOf(session));
      return { outcome: 'inserted', ended: await endBeyondCap(manager, session, options.cap) };
    };
    return options.within ? add(options.within) : this.write(add);
  }

  update(idHash: string, data: string): Promise<boolean> {
    return this.changeOne(manager => manager.update(SessionRow, { idHash }, { data }));
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
    return rows.map(sessionOf);
  }

  async delete(idHash: string): Promise<Session | null> {
    const [ended] = await this.write(manager => endSessions(manager, { idHash }));
    return ended ?? null;
  }

  async listOf(userId: string, now: Instant, within = this.dataSource.manager): Promise<readonly Session[]> {
    const rows = await within
      .find(SessionRow, {
        where: { userId: Raw(OF_ENABLED, { userId }), endsAt: MoreThan(now) },
        order: { lastSeenAt: 'DESC', createdAt: 'DESC' },
      })
      .catch(rethrow);
    return rows.map(sessionOf);
  }

  async deleteOf(userId: string, publicId: string): Promise<Session | null> {
    const [ended] = await this.write(manager => endThoseOf(manager, userId, { publicId }));
    return ended ?? null;
  }

  deleteAllOf(userId: string, { except, within }: EndAllOptions = {}): Promise<readonly Session[]> {
    const which = except === undefined ? {} : { idHash: Not(except) };
    const endAll = (manager: EntityManager) => endThoseOf(manager, userId, which);
    return within === undefined ? this.write(endAll) : endAll(within);
  }

  deleteExpired(now: Instant, most: number): Promise<number> {
    return this.transaction.deleteOld(SESSION_ROWS, now, most).catch(rethrow);
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction.run(work).catch(rethrow);
  }

  private async changeOne(
    statement: (manager: EntityManager) => Promise<{ affected?: number | null }>,
  ): Promise<boolean> {
    const { affected } = await this.transaction.one(statement).catch(rethrow);
    return (affected ?? 0) > 0;
  }
}

/** Whoever signs in as this person, or is changing the account, comes before or after it, and never half-way. */
async function endThoseOf(
  manager: EntityManager,
  userId: string,
  which: FindOptionsWhere<SessionRow>,
): Promise<readonly Session[]> {
  await lockPerson(manager, userId);
  return endSessions(manager, { userId, ...which });
}

async function endSessions(
  manager: EntityManager,
  where: FindOptionsWhere<SessionRow>,
): Promise<readonly Session[]> {
  const rows = await manager.find(SessionRow, { where, ...forUpdate(manager) });
  if (rows.length > 0) await manager.delete(SessionRow, { idHash: In(rows.map(row => row.idHash)) });
  return rows.map(sessionOf);
}

async function endBeyondCap(
  manager: EntityManager,
  newest: Session,
  cap: number,
): Promise<readonly Session[]> {
  const tooMany = await manager.find(SessionRow, {
    where: { userId: newest.userId, idHash: Not(newest.idHash) },
    order: { lastSeenAt: 'DESC', createdAt: 'DESC' },
    skip: cap - 1,
    take: 1000,
  });
  if (tooMany.length > 0) await manager.delete(SessionRow, { idHash: In(tooMany.map(row => row.idHash)) });
  return tooMany.map(sessionOf);
}

/** A condition on the column with the person's id. */
const OF_ENABLED = (column: string): string =>
  `${column} = :userId AND EXISTS (SELECT 1 FROM users WHERE id = :userId AND disabled_at IS NULL)`;

function rethrow(error: unknown): never {
  throw asUnavailable(error);
}

const sessionOf = ({ endsAt: _, amr, ...row }: SessionRow): Session => ({ ...row, amr: methodsIn(amr) });

const rowOf = ({ amr, ...session }: Session): SessionRow =>
  Object.assign(new SessionRow(), session, { amr: columnOf(amr), endsAt: endOf(session) });
