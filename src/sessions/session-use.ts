import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import type { DataChanges } from './session-data.js';
import { idleAfterActivity, isTouchDue, setRight } from './session-policy.js';
import { type Activity, type LiveSession, type Session, SessionStore } from './session-store.js';
import { SignIns } from './sign-ins.js';

/** How many sessions are remembered as written down; beyond it one is written once more than needed. */
const REMEMBERED_MOST = 10_000;

/** A session while it is used. Every method throws `Unavailable` where the store cannot answer. */
@Injectable()
export class SessionUse {
  private readonly logger = new Logger('Sessions');
  /** When activity of a session was last written down by this process. */
  private readonly written = new Map<string, Instant>();

  constructor(
    private readonly store: SessionStore,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * The live session of an id hash with its person; null for none. Coming back with it is activity, which is
   * written down at most once a minute and stands in what is given. Where that cannot be written, nobody
   * loses their page for it; where the session was ended in this very moment, it is none.
   */
  async resume(idHash: string): Promise<LiveSession | null> {
    const now = this.clock.now();
    const live = await this.store.find(idHash, now);
    if (live === null || !(live.hasSignIn || (await this.adopt(live.session)))) return null;
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

  /** Keeps what the application changed in the session, if it did and the session still exists. */
  async save(session: Pick<Session, 'idHash' | 'data'>, changes: DataChanges): Promise<void> {
    if (changes.size > 0) await this.store.update(session, changes);
  }

  /** Whether the session still lives, as the transaction sees it. */
  isLive(session: Session, within: EntityManager): Promise<boolean> {
    return this.store.isLive(session, this.clock.now(), within);
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
  private async adopt(session: Session): Promise<boolean> {
    try {
      return await this.signIns.adopt(session);
    } catch (error) {
      this.logger.warn({ event: 'session_adopt_failed', reason: String(error) });
      return true;
    }
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
}
