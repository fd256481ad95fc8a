import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { AppConfig } from '../config/app-config.js';
import { randomId } from '../crypto/random.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { DataChanges } from './session-data.js';
import {
  areTwins,
  clocksAtSignIn,
  idleAfterActivity,
  isTouchDue,
  MAX_SESSIONS,
  setRight,
} from './session-policy.js';
import { type Activity, type LiveSession, type Session, SessionStore } from './session-store.js';
import { logNameOf, type SignInTicket } from './signed-in.js';

/** How many sessions are remembered as written down; beyond it one is written once more than needed. */
const REMEMBERED_MOST = 10_000;

/** The account was disabled, its password changed or its session ended, while the sign-in was on its way. */
export class SignInOvertaken extends Error {
  override readonly name = 'SignInOvertaken';
}

/** One session from its beginning to its end. Every method throws `Unavailable` where the store cannot answer. */
@Injectable()
export class SessionLife {
  private readonly logger = new Logger('Sessions');
  /** When activity of a session was last written down by this process. */
  private readonly written = new Map<string, Instant>();

  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The live session of an id hash with its person; null for none. Coming back with it is activity, which is
   * written down at most once a minute and stands in what is given. Where that cannot be written, nobody
   * loses their page for it; where the session was ended in this very moment, it is none.
   */
  async resume(idHash: string): Promise<LiveSession | null> {
    const now = this.clock.now();
    const live = await this.store.find(idHash, now);
    if (live === null) return null;
    const clocks = setRight(live.session, this.config.session, now);
    if (clocks !== null) {
      const session = { ...live.session, ...clocks };
      return (await this.keep(session)) ? { ...live, session } : null;
    }
    if (!isTouchDue(live.session.lastSeenAt, now)) return live;
    const idleExpiresAt = idleAfterActivity(live.session, this.config.session, now);
    const session = { ...live.session, lastSeenAt: now, idleExpiresAt };
    return (await this.seen(session)) ? { ...live, session } : null;
  }

  /**
   * Starts the session of a verified sign-in under a new id, in place of this browser's old one.
   * @param replaces the old one's id hash, or null.
   * @throws SignInOvertaken
   */
  async begin(
    idHash: string,
    ticket: SignInTicket,
    data: string,
    replaces: string | null,
  ): Promise<LiveSession> {
    const { remembered, amr, origin, passwordHash, onlyInPlace, within } = ticket.details;
    const now = this.clock.now();
    const session: Session = {
      idHash,
      publicId: randomId(),
      userId: ticket.person.id,
      createdAt: now,
      authenticatedAt: now,
      lastSeenAt: now,
      ...clocksAtSignIn(this.config.session, remembered, now),
      remembered,
      amr,
      ip: origin.ip,
      userAgent: origin.userAgent,
      data,
    };
    const options = { cap: MAX_SESSIONS, replaces, onlyInPlace, passwordHash, within };
    const done = await this.store.insert(session, options);
    if (done.outcome === 'refused') throw new SignInOvertaken();
    const renewed = replaces !== null && Object.keys(ticket.details.carried).length > 0;
    this.report(renewed ? 'session_renewed' : 'session_created', session, origin, {});
    for (const ended of done.ended) this.report('session_ended', ended, origin, { reason: 'cap' });
    // Nobody has looked for their groups: this request only leads on to the next one, which does.
    return { session, person: { ...ticket.person, groups: [] } };
  }

  /** Keeps what the application changed in the session, if it did and the session still exists. */
  async save(session: Pick<Session, 'idHash' | 'data'>, changes: DataChanges): Promise<void> {
    if (changes.size > 0) await this.store.update(session, changes);
  }

  /** Whether the session still lives, as the transaction sees it. */
  isLive(session: Session, within: EntityManager): Promise<boolean> {
    return this.store.isLive(session, this.clock.now(), within);
  }

  /** Removes a session that nobody has learned of. Never throws: without its cookie it opens nothing, and it ends by itself. */
  async forget(idHash: string): Promise<void> {
    await this.store.delete(idHash).catch(() => null);
  }

  /**
   * Ends a session because its person signed out, and what a second click on "Sign in" left beside it. One that
   * is gone already is no error.
   */
  async end(session: Session, origin: RequestOrigin): Promise<void> {
    const all = await this.store.listOf(session.userId, this.clock.now());
    for (const { idHash } of [session, ...all.filter(other => isTwinOf(session, other))]) {
      const ended = await this.store.delete(idHash);
      if (ended !== null) this.report('session_ended', ended, origin, { reason: 'sign-out' });
    }
  }

  /** Whether a session of this person began by another click of the same browser a moment ago, as the transaction sees it. */
  async hasJustBegun(
    userId: string,
    { ip, userAgent }: RequestOrigin,
    within: EntityManager,
  ): Promise<boolean> {
    const now = this.clock.now();
    const all = await this.store.listOf(userId, now, within);
    return all.some(other => areTwins({ userId, ip, userAgent, createdAt: now }, other));
  }

  /**
   * Sets at most `most` sessions right that began while the clock was ahead, also those that nobody comes back to.
   * @returns how many.
   */
  async setRight(now: Instant, most: number): Promise<number> {
    const ahead = await this.store.begunFrom(futureFrom(now), most);
    for (const session of ahead) {
      const clocks = setRight(session, this.config.session, now);
      if (clocks !== null) await this.store.setClocks({ ...session, ...clocks });
    }
    return ahead.length;
  }

  /** @returns false where the session is gone. Where it cannot be written, nobody loses their page for it. */
  private async keep(session: Session): Promise<boolean> {
    try {
      return await this.store.setClocks(session);
    } catch (error) {
      this.logger.warn({ event: 'session_touch_failed', reason: String(error) });
      return true;
    }
  }

  /** Once for all requests that saw the session as it was before. @returns false where the session is gone. */
  private async seen(activity: Activity): Promise<boolean> {
    const { idHash, lastSeenAt } = activity;
    const before = this.written.get(idHash);
    if (before !== undefined && !isTouchDue(before, lastSeenAt)) return true;
    if (this.written.size >= REMEMBERED_MOST) this.written.clear();
    this.written.set(idHash, lastSeenAt);
    try {
      return await this.store.touch(activity);
    } catch (error) {
      this.written.delete(idHash);
      this.logger.warn({ event: 'session_touch_failed', reason: String(error) });
      return true;
    }
  }

  private report(
    event: 'session_created' | 'session_renewed' | 'session_ended',
    { userId, idHash }: Session,
    origin: RequestOrigin,
    facts: Record<string, string>,
  ): void {
    this.audit.record({ event, outcome: 'success', userId, session: logNameOf(idHash), facts }, origin);
  }
}

const isTwinOf = (session: Session, other: Session): boolean =>
  other.idHash !== session.idHash && areTwins(session, other);
