import { Injectable } from '@nestjs/common';
import type { Application } from '../applications/application.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { AuthenticationMethod, CurrentPerson } from '../kernel/principal.js';
import { strengthOf } from '../kernel/strength.js';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy.js';
import { type LiveParent, ParentSignIns } from '../sessions/parent-sign-in.js';
import { ApplicationSessions } from './application-sessions.js';
import type { FoundSession } from './gate-look-up.js';

/** Somebody in an application, by a session or by a token. */
export interface Inside {
  readonly application: Application;
  /** Through which of its origins. */
  readonly origin: string;
  readonly person: CurrentPerson;
  /** The name of their sign-in, or of the token. */
  readonly sid: string;
  /** Of a token: none. */
  readonly amr: readonly AuthenticationMethod[];
  /** Null: by a token. */
  readonly provedAt: Instant | null;
}

/** Somebody in an application by a session. */
export interface SessionInside extends Inside {
  readonly parent: LiveParent;
}

/** Who is in which application by a session now. */
@Injectable()
export class Insiders {
  constructor(
    private readonly parents: ParentSignIns,
    private readonly sessions: ApplicationSessions,
    private readonly clock: Clock,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /** Who is in an application by a session that was found; null where that is over. @throws Unavailable */
  async of(session: FoundSession, application: Application): Promise<SessionInside | null> {
    const { longest } = application;
    if (longest !== null && this.clock.now() - session.beganAt >= longest) return null;
    const parent = await this.parents.of(session.signInId, session.signIn);
    if (parent === null) return null;
    const { person, amr, provedAt } = parent;
    // As on the pages (`PassportMiddleware`): what everybody must have may have been another thing when it began.
    if (!this.policy.takes(strengthOf(amr))) return null;
    return { application, origin: session.origin, person, sid: session.signInId, amr, provedAt, parent };
  }

  /**
   * Notes that somebody was here: of the session in the background, of the sign-in before this returns.
   * @returns false where that has ended in this very moment.
   */
  isHere({ parent }: SessionInside, { digest, lastUsedAt }: FoundSession): Promise<boolean> {
    this.sessions.isUsed(digest, lastUsedAt);
    return this.parents.isUsed(parent);
  }
}
