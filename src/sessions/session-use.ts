import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import type { DataChanges } from './session-data.js';
import { idleAfterActivity, isTouchDue, setRight } from './session-policy.js';
import { type Activity, type LiveSession, type Session, SessionStore } from './session-store.js';
import { SignIns } from './sign-ins.js';
import { WrittenDown } from './written-down.js';

/** A session while it is used. Every method throws `Unavailable` where the store cannot answer. */
@Injectable()
export class SessionUse {
  private readonly logger = new Logger('Sessions');
  private readonly written = new WrittenDown();

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
    const session = { ...live.session, ...this.activity(live.session, now) };
    return (await this.seen(session)) ? { ...live, session } : null;
  }

  /** The same of a session that is used by way of something made from its sign-in. @returns false where it has just ended. */
  async isUsed(session: Activity): Promise<boolean> {
    const now = this.clock.now();
    if (!isTouchDue(session.lastSeenAt, now)) return true;
    return this.seen({ ...session, ...this.activity(session, now) });
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
      if (clocks !== null) await this.signIns.setClocks({ ...session, ...clocks });
    }
    return ahead.length;
  }

  /** When the longest session that begins now ends. */
  latestEnd(now: Instant): Instant {
    const { lifetime, rememberMe } = this.config.session;
    return now + Math.max(lifetime, rememberMe);
  }

  private activity(session: Activity, now: Instant): Pick<Activity, 'lastSeenAt' | 'idleExpiresAt'> {
    return { lastSeenAt: now, idleExpiresAt: idleAfterActivity(session, this.config.session, now) };
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
      return await this.signIns.setClocks(session);
    } catch (error) {
      this.logger.warn({ event: 'session_touch_failed', reason: String(error) });
      return true;
    }
  }

  /** Once for all requests that saw the session as it was before. @returns false where the session is gone. */
  private async seen(activity: Activity): Promise<boolean> {
    const { idHash, lastSeenAt } = activity;
    if (!this.written.claim(idHash, lastSeenAt)) return true;
    try {
      return await this.store.touch(activity);
    } catch (error) {
      this.written.failed(idHash);
      this.logger.warn({ event: 'session_touch_failed', reason: String(error) });
      return true;
    }
  }
}
