import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { issueToken } from '../crypto/secret-token.js';
import type { Visit } from '../http/visit.js';
import { Clock } from '../kernel/clock.js';
import type { Person, Principal } from '../kernel/principal.js';
import { strengthOf } from '../kernel/strength.js';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy.js';
import { Entry } from '../sessions/entry.js';
import { newSession } from '../sessions/new-session.js';
import type { Proof } from '../sessions/proof.js';
import { SessionLife } from '../sessions/session-life.js';
import type { Session } from '../sessions/session-store.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';

/** Who stands at the door: a visit with the session that it came through. */
export interface Entrant extends Visit {
  /** Null for a visitor. */
  readonly principal: Principal | null;
  /** The session that they came with; null for a visitor. */
  readonly session: Session | null;
  /** What that session holds for the application. */
  readonly contents: object;
  /** Tells under which name this browser is known to an account; null where it is not. */
  readonly knownDevice: (userId: string) => string | null;
}

/** A verified person who is about to get a session. */
export interface Arrival {
  readonly person: Person;
  /** What was verified. */
  readonly proof: Proof;
  /** "Keep me signed in". */
  readonly remembered: boolean;
  /** The sign-in before this one; without it the session goes on with the one it knows. */
  readonly before?: SignInBefore | null;
  /** Where a sign-in goes on: not all that its person has was shown again, so its last full proof stays the one before. */
  readonly partly?: boolean;
  /** Where a sign-in goes on whose last full proof is recent: what was shown now counts beside that. */
  readonly adds?: boolean;
}

/** An arrival, and whether a sign-in goes on with it. */
interface Beginning extends Arrival {
  readonly renews: boolean;
}

/** A transaction in which somebody enters, and what began in it so far. */
export interface Entering {
  readonly manager: EntityManager;
  readonly begun: Entry[];
}

/**
 * Asked inside the transaction of what a signed-in person does, with the person locked from then on: whoever ends the sign-in
 * comes before, and then nothing is done, or after, and ends what was done as well.
 */
export type StillIn = (manager: EntityManager) => Promise<boolean>;

/** Begins sessions for people who proved who they are. What they get is given to their browser by the `FrontDoor`. */
@Injectable()
export class Entrance {
  constructor(
    private readonly life: SessionLife,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /**
   * Begins a session under a new id; this browser's old one is gone. Contents of the old session stay for the same person
   * only.
   * @param within the transaction to do it in, where something else must be kept together with it: inside of
   * {@link takingBack}.
   * @returns null where the account was disabled, or what was proved stands no more or is not enough, while the sign-in was
   * on its way.
   * @throws Unavailable
   */
  enter(entrant: Entrant, arrival: Arrival, within: Entering | null = null): Promise<Entry | null> {
    return this.begin(entrant, { ...arrival, renews: false }, within);
  }

  /**
   * The same person again, after they proved it: their sign-in goes on, under a new id, with fresh clocks and the same
   * contents, and as strong as what was proved now, unless the arrival says otherwise.
   * @returns as {@link enter}; null also where the session before has ended meanwhile. @throws Unavailable
   */
  renew(
    entrant: Entrant,
    arrival: Omit<Arrival, 'remembered'>,
    within: Entering | null = null,
  ): Promise<Entry | null> {
    const remembered = entrant.session?.remembered ?? false;
    return this.begin(entrant, { ...arrival, remembered, renews: true }, within);
  }

  /** Whether the session that somebody came with was not ended meanwhile, as the transaction sees it. */
  async isStillIn({ session }: Entrant, within: EntityManager): Promise<boolean> {
    return session !== null && this.life.isLive(session, within);
  }

  /** Whether this very browser has signed in to this account a moment ago: the other of two clicks. */
  hasJustEntered({ origin }: Visit, userId: string, within: EntityManager): Promise<boolean> {
    return this.life.hasJustBegun(userId, origin, within);
  }

  /**
   * Runs a transaction in which somebody enters. Where it is not kept, what began in it is ended: a store in another place
   * may still have it. @throws what `work` throws
   */
  async takingBack<T>(work: (begun: Entry[]) => Promise<T>): Promise<T> {
    const begun: Entry[] = [];
    return work(begun).catch(async (error: unknown) => {
      for (const { live } of begun) await this.life.forget(live.session);
      throw error;
    });
  }

  private async begin(
    { origin, session: replaces, principal, contents }: Entrant,
    { person, proof, remembered, renews, before, partly = false, adds = false }: Beginning,
    within: Entering | null,
  ): Promise<Entry | null> {
    const { plain: sid, digest: idHash } = issueToken();
    const carried = principal?.person.id === person.id ? contents : {};
    const data = { csrf: issueToken().plain, ...carried, ...(before ? { signInBefore: before } : {}) };
    const session = newSession({
      ...{ idHash, userId: person.id, origin, proof, remembered, partly, adds, data: JSON.stringify(data) },
      renewed: renews ? replaces : null,
      now: this.clock.now(),
      policy: this.config.session,
    });
    if (!this.policy.takes(strengthOf(session.amr))) return null;
    const manager = within?.manager ?? null;
    const live = await this.life.begin(session, { person, origin, proof, replaces, renews, within: manager });
    if (live === null) return null;
    const entry = new Entry(sid, live);
    within?.begun.push(entry);
    return entry;
  }
}
