import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import { lockPeople, lockPerson } from '../users/lock-person.js';
import type { Proof } from './proof.js';
import { type InsertOutcome, type Session, SessionStore } from './session-store.js';
import type { EndReason, OnEnd, WhichSignIns } from './sign-in-end.js';
import {
  addSignIn,
  adoptSignIn,
  closeSignIns,
  hasEnded,
  moveSignIn,
  openSignIns,
  renewSignIn,
} from './sign-in-rows.js';
import { SignInRow } from './sign-in.entity.js';

/** How a sign-in begins, or goes on. */
export interface SignInBeginning {
  /** The most sign-ins a person may have. */
  readonly cap: number;
  /** This browser's session before; null for none. */
  readonly replaces: Session | null;
  /** Whether the sign-in of that session goes on with this one; where it has ended by now, it is refused. */
  readonly renews: boolean;
  /** What was verified; asked once more. */
  readonly proof: Proof;
  /** The database transaction to do it in, which may not be undone for any other reason; null: its own. */
  readonly within: EntityManager | null;
}

/**
 * The sign-ins of people, each the parent of its session and of what else is made from it. They begin and end here and
 * nowhere else, whichever store keeps the sessions: a store that is not the database first, so that a session is gone
 * even where the rest cannot be kept, then the sign-in with all that hangs on it, in one transaction.
 */
@Injectable()
export class SignIns {
  private readonly hooks: OnEnd[] = [];

  constructor(
    private readonly store: SessionStore,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  /** Adds what ends together with sign-ins; once, when the module starts. */
  onEnd(hook: OnEnd): void {
    this.hooks.push(hook);
  }

  /** Adds a session with its sign-in, or lets a sign-in go on with another session. @throws Unavailable */
  begin(session: Session, beginning: SignInBeginning): Promise<InsertOutcome> {
    const { within } = beginning;
    if (within !== null) return this.add(within, session, beginning);
    return this.transaction
      .run(manager => this.add(manager, session, beginning))
      .catch(async (error: unknown) => {
        await this.store.undo(session.idHash).catch(() => null);
        throw asUnavailable(error);
      });
  }

  /**
   * Ends sign-ins: the only way. One that has ended already is no error.
   * @param within the database transaction to do it in. Where it is undone, sessions in another store have ended all the
   * same.
   * @returns the sessions that the store knew of. @throws Unavailable
   */
  async end(which: WhichSignIns, reason: EndReason, within?: EntityManager): Promise<readonly Session[]> {
    const work = async (manager: EntityManager) => {
      // Whoever ends sessions by their person locks the person: the store does.
      if ('session' in which) await lockPerson(manager, which.session.userId);
      const sessions = await this.take(manager, which);
      await this.close(manager, which, reason);
      return sessions;
    };
    if (within !== undefined) return work(within);
    return this.transaction.run(work).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }

  /**
   * Gives a sign-in to a session that has none: it began before there were any, or on a machine that still runs a
   * version from before.
   * @returns false where it has ended meanwhile. @throws the driver's error, or Unavailable
   */
  adopt(session: Session): Promise<boolean> {
    return this.transaction.run(async manager => {
      if (!(await this.store.isLive(session, this.clock.now(), manager))) return false;
      await adoptSignIn(manager, session);
      return !(await hasEnded(manager, session.publicId));
    });
  }

  /**
   * Writes every instant of a session anew, and of its sign-in, after a clock was put back. The sign-in first: should the
   * session not be written, it is found again. @returns false where the session is gone. @throws Unavailable
   */
  async setClocks(session: Session): Promise<boolean> {
    await this.transaction
      .one(manager => moveSignIn(manager, session))
      .catch((error: unknown) => {
        throw asUnavailable(error);
      });
    return this.store.setClocks(session);
  }

  /** Removes all trace of somebody's sign-ins, after they ended: their account is deleted. */
  async forget(manager: EntityManager, userId: string): Promise<void> {
    await manager.delete(SignInRow, { userId });
  }

  private async add(
    manager: EntityManager,
    session: Session,
    { cap, replaces, renews, proof }: SignInBeginning,
  ): Promise<InsertOutcome> {
    // Somebody signs in where somebody else is signed in: both accounts stay as they are until the transaction is over.
    if (replaces !== null && replaces.userId !== session.userId)
      await lockPeople(manager, [session.userId, replaces.userId]);
    if (renews && (await hasEnded(manager, session.publicId))) return { outcome: 'refused' };
    const place = { replaces: replaces?.idHash ?? null, onlyInPlace: renews };
    const done = await this.store.insert(session, { cap, ...place, proof, within: manager });
    if (done.outcome === 'refused') return done;
    if (renews) await renewSignIn(manager, session);
    else await addSignIn(manager, session);
    for (const ended of done.ended) await this.close(manager, { session: ended }, 'cap');
    if (replaces !== null && !renews) await this.close(manager, { session: replaces }, 'replaced');
    return done;
  }

  private async take(manager: EntityManager, which: WhichSignIns): Promise<readonly Session[]> {
    if ('session' in which) return listOf(await this.store.delete(which.session.idHash, manager));
    if ('publicId' in which) return this.store.deleteOf(which.userId, which.publicId, manager);
    return this.store.deleteAllOf(which.userId, { except: which.except ?? undefined, within: manager });
  }

  private async close(manager: EntityManager, which: WhichSignIns, endReason: EndReason): Promise<void> {
    const ended = await openSignIns(manager, which);
    if (ended.length === 0) return;
    await closeSignIns(manager, ended, { endedAt: this.clock.now(), endReason });
    for (const hook of this.hooks) await hook(manager, ended, endReason);
  }
}

const listOf = (session: Session | null): readonly Session[] => (session === null ? [] : [session]);
