import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { SessionEvents } from './session-events.js';
import { areTwins } from './session-policy.js';
import { type Session, SessionStore } from './session-store.js';
import type { EndReason } from './sign-in-end.js';
import { SignIns } from './sign-ins.js';

/** The sessions of somebody who looks at them through one of them. */
export interface OwnSessions {
  /** The last used first; the one they look through is among them in any case. */
  readonly sessions: readonly Session[];
  /** Whether all others are among them, perhaps, or not, because the store has lost track. Ending all ends those, too. */
  readonly others: 'listed' | 'maybe listed' | 'not listed';
}

/** A session by the name that its person's list gives it. */
export interface NamedSession {
  readonly userId: string;
  readonly publicId: string;
}

/** A person's sessions: what a page of devices or the command line shows and ends. */
@Injectable()
export class SessionList {
  constructor(
    private readonly store: SessionStore,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /** The person's live sessions, the last used first. */
  of(userId: string): Promise<readonly Session[]> {
    return this.store.listOf(userId, this.clock.now());
  }

  /** The live sessions of the person who looks at them through `own`. */
  async around(own: Session): Promise<OwnSessions> {
    const listed = await this.of(own.userId);
    const hasOwn = listed.some(({ publicId }) => publicId === own.publicId);
    if (!hasOwn) return { sessions: [own, ...listed], others: 'not listed' };
    return { sessions: listed, others: this.mayLackSome ? 'maybe listed' : 'listed' };
  }

  /** Whether lists may lack sessions that live. */
  get mayLackSome(): boolean {
    return this.store.mayLoseTrack;
  }

  /** Ends the session that a person has under this public name. @returns whether they had one. */
  async end(which: NamedSession, reason: EndReason, origin: RequestOrigin): Promise<boolean> {
    const ended = await this.signIns.end(which, reason);
    this.events.ended(ended, reason, origin);
    return ended.length > 0;
  }

  /** Ends all sessions of the person. @returns how many of them were known. */
  async endAll(userId: string, reason: EndReason, origin: RequestOrigin): Promise<number> {
    const ended = await this.signIns.end({ userId, except: null }, reason);
    this.events.ended(ended, reason, origin);
    return ended.length;
  }

  /** Ends all sessions of the person but this one. @returns how many of them were known. */
  async endOthers({ userId, idHash }: Session, origin: RequestOrigin): Promise<number> {
    const ended = await this.signIns.end({ userId, except: idHash }, 'revoked');
    this.events.ended(ended, 'revoked', origin);
    return ended.length;
  }

  /** What a second click on "Sign in" left beside a session: the person's browser never got its cookie. */
  async twinsOf(session: Session): Promise<readonly Session[]> {
    const all = await this.of(session.userId);
    return all.filter(other => other.idHash !== session.idHash && areTwins(session, other));
  }

  /** Whether a session of this person began by another click of the same browser a moment ago, as the transaction sees it. */
  async hasTwin(userId: string, { ip, userAgent }: RequestOrigin, within: EntityManager): Promise<boolean> {
    const now = this.clock.now();
    const all = await this.store.listOf(userId, now, within);
    return all.some(other => areTwins({ userId, ip, userAgent, createdAt: now }, other));
  }
}
