import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { type Session, SessionStore } from './session-store.js';
import { logNameOf } from './signed-in.js';

/** The sessions of somebody who looks at them through one of them. */
export interface OwnSessions {
  /** The last used first; the one they look through is among them in any case. */
  readonly sessions: readonly Session[];
  /** Whether all others are among them, perhaps, or not, because the store has lost track. Ending all ends those, too. */
  readonly others: 'listed' | 'maybe listed' | 'not listed';
}

/** A person's sessions: what a page of devices or the command line shows and ends. */
@Injectable()
export class SessionList {
  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
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

  /** Ends the session of this public name. @returns whether the person had one. */
  async end(userId: string, publicId: string, origin: RequestOrigin): Promise<boolean> {
    const ended = await this.store.deleteOf(userId, publicId);
    if (ended !== null) this.report([ended], 'revoked', origin);
    return ended !== null;
  }

  /** Ends all sessions of the person. @returns how many of them were known. */
  async endAll(userId: string, reason: string, origin: RequestOrigin): Promise<number> {
    const ended = await this.store.deleteAllOf(userId);
    this.report(ended, reason, origin);
    return ended.length;
  }

  /** Ends all sessions of the person but this one. @returns how many of them were known. */
  async endOthers({ userId, idHash }: Session, origin: RequestOrigin): Promise<number> {
    const ended = await this.store.deleteAllOf(userId, { except: idHash });
    this.report(ended, 'revoked', origin);
    return ended.length;
  }

  /** Records that sessions were ended, by whatever ended them. */
  report(ended: readonly Session[], reason: string, origin: RequestOrigin): void {
    for (const session of ended) {
      const { userId, idHash } = session;
      this.audit.record(
        { event: 'session_ended', outcome: 'success', userId, session: logNameOf(idHash), facts: { reason } },
        origin,
      );
    }
  }
}
