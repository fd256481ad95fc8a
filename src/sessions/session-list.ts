import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Clock } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { type Session, SessionStore } from './session-store.js';
import { logNameOf } from './signed-in.js';

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

  /** Ends the session of this public name. @returns whether the person had one. */
  async end(userId: string, publicId: string, origin: RequestOrigin): Promise<boolean> {
    const ended = await this.store.deleteOf(userId, publicId);
    if (ended !== null) this.report([ended], 'revoked', origin);
    return ended !== null;
  }

  /** Ends all sessions of the person. @returns how many there were. */
  async endAll(userId: string, reason: string, origin: RequestOrigin): Promise<number> {
    const ended = await this.store.deleteAllOf(userId);
    this.report(ended, reason, origin);
    return ended.length;
  }

  /** Ends the person's sessions but the one of this public name. @returns how many there were. */
  async endOthers(userId: string, keep: string, origin: RequestOrigin): Promise<number> {
    const kept = (await this.of(userId)).find(({ publicId }) => publicId === keep);
    const ended = await this.store.deleteAllOf(userId, { except: kept?.idHash });
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
