import { Injectable } from '@nestjs/common';
import type { AuthenticationMethod, CurrentPerson } from '../kernel/principal.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { FoundSignIn } from './joined-sign-in.js';
import { isAlive } from './session-policy.js';
import { type SessionFacts, SessionStore } from './session-store.js';
import { SessionUse } from './session-use.js';
import { isCurrent } from './session-version.js';
import { SignInAgain } from './sign-in-again.js';

/** The sign-in behind something that was made from it, and its person, as they are now. */
export interface LiveParent {
  readonly id: string;
  readonly person: CurrentPerson;
  readonly amr: readonly AuthenticationMethod[];
  readonly provedAt: Instant;
  readonly session: SessionFacts;
}

/** The sign-ins behind what was made from them. */
@Injectable()
export class ParentSignIns {
  constructor(
    private readonly store: SessionStore,
    private readonly use: SessionUse,
    private readonly clock: Clock,
    private readonly again: SignInAgain,
  ) {}

  /**
   * The sign-in that was found with `SIGN_IN_GOES_ON`; null where its session is over: by a clock, by its store, or
   * with all of its person's. A store in another place loses the session of before while a sign-in is about to go on with the next
   * one: then it is read once more, when that is kept, or is not.
   * @throws Unavailable
   */
  async of(id: string, found: FoundSignIn): Promise<LiveParent | null> {
    const facts = await this.store.factsOf(found.sessionIdHash, found.joined);
    if (facts !== null || this.store.isInDatabase) return this.liveBy(id, found, facts);
    const now = await this.again.once(id, found);
    if (now === null || now.sessionIdHash === found.sessionIdHash) return null;
    return this.liveBy(id, now, await this.store.factsOf(now.sessionIdHash, now.joined));
  }

  /**
   * That it is used, by what was made from it: written at most once a minute.
   * @returns false where it has just ended; one that goes on with another session has not. @throws Unavailable
   */
  async isUsed({ id, person, session }: LiveParent): Promise<boolean> {
    if (await this.use.isUsed(session)) return true;
    const now = await this.again.read(id, person.id);
    return now !== null && now.sessionIdHash !== session.idHash && (await this.of(id, now)) !== null;
  }

  private liveBy(id: string, found: FoundSignIn, session: SessionFacts | null): LiveParent | null {
    const { person, amr, provedAt, sessionsVersion } = found;
    if (session === null || session.userId !== person.id) return null;
    if (!isAlive(session, this.clock.now()) || !isCurrent(session, sessionsVersion)) return null;
    return { id, person, amr, provedAt, session };
  }
}
