import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { deviceInWords } from '../pages/device-words.js';
import type { Entry } from '../sessions/entry.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';
import type { AdmittedAttempt } from '../throttle/sign-in-throttle.js';
import { lockPeople } from '../users/lock-person.js';
import type { PastSignIns } from '../users/past-sign-ins.js';
import { UsersService } from '../users/users.service.js';
import { ArrivalNews } from './arrival-news.js';
import { type Arrival, type Entering, Entrance, type Entrant } from './entrance.js';

/** Somebody who is about to come in. */
export interface Welcomed extends Arrival {
  /** Whether their owner is told of a device that was not seen before: not where another mail tells the same. */
  readonly tellsOfDevice?: boolean;
  /** What counts as failed until they are in; null where nothing was counted. */
  readonly attempt?: Pick<AdmittedAttempt, 'succeeded' | 'abandoned'> | null;
  /** What must come first in the transaction; it may throw. */
  readonly first?: (manager: EntityManager) => Promise<void>;
}

/** Somebody signs in: they get a session, and their owner learns of a device that was not seen before. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly entrance: Entrance,
    private readonly transaction: Transaction,
    private readonly users: UsersService,
    private readonly news: ArrivalNews,
  ) {}

  /**
   * The session, the mail and the end of a reset that a shown factor stops are kept together, or none is.
   * @returns what their browser is to get; null where the account was disabled or its password changed meanwhile.
   * @throws Unavailable
   */
  async welcome(entrant: Entrant, welcomed: Welcomed): Promise<Entry | null> {
    const entering = this.entrance.takingBack(begun =>
      this.transaction.run(manager => this.comeIn({ manager, begun }, entrant, welcomed), 'person', true),
    );
    // What failed here is not the person's fault, so it does not count against them; the answer need not wait for that.
    entering.catch(() => welcomed.attempt?.abandoned().catch(() => undefined));
    const done = await entering;
    if (done === null) return null;
    if (done.resetStopped) this.news.resetStopped(welcomed.person, entrant.origin);
    return done.entry;
  }

  private async comeIn(
    within: Entering,
    entrant: Entrant,
    { tellsOfDevice = true, attempt = null, first, ...arrival }: Welcomed,
  ): Promise<ArrivedPerson | null> {
    const { person } = arrival;
    const { origin } = entrant;
    const { manager } = within;
    await first?.(manager);
    // Before either is locked alone.
    if (entrant.session !== null && entrant.session.userId !== person.id)
      await lockPeople(manager, [entrant.session.userId, person.id]);
    // Two clicks come one after the other: the second sees what the first has done, on whatever process it was.
    const signIns = await this.users.signInsOf(manager, person.id);
    if (signIns === null) return null;
    const isNew =
      tellsOfDevice &&
      entrant.knownDevice(person.id) === null &&
      !(await this.entrance.hasJustEntered(entrant, person.id, manager));
    const entry = await this.entrance.enter(entrant, { ...arrival, before: signInBefore(signIns) }, within);
    if (entry === null) return null;
    await this.users.noteSignIn(manager, signIns, origin);
    const isFirst = signIns.firstSignInAt === null;
    if (isNew && !isFirst) await this.news.newDevice(manager, person, origin);
    const resetStopped = await this.news.stopReset(manager, signIns, entry.live.session);
    await attempt?.succeeded(manager);
    return { entry, resetStopped };
  }
}

/** Somebody who is in, and whether that stopped a reset of their factors. */
interface ArrivedPerson {
  readonly entry: Entry;
  readonly resetStopped: boolean;
}

/** What the session keeps of the sign-in before it; null where nobody knows of one. */
function signInBefore({
  lastSignInAt: at,
  lastSignInIp: ip,
  lastSignInAgent: agent,
}: PastSignIns): SignInBefore | null {
  return at === null ? null : { at, ip: ip ?? '', device: deviceInWords(agent ?? '') };
}
