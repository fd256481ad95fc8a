import { Injectable } from '@nestjs/common';
import { Transaction } from '../database/transaction.js';
import { Notices } from '../recovery/notices.js';
import { deviceInWords } from '../pages/device-words.js';
import type { Entry } from '../sessions/entry.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';
import { type PastSignIns, UsersService } from '../users/users.service.js';
import { type Arrival, type Entering, Entrance, type Entrant } from './entrance.js';

/** Somebody who is about to come in. */
export interface Welcomed extends Arrival {
  /** Whether their owner is told of a device that was not seen before: not where another mail tells the same. */
  readonly tellsOfDevice?: boolean;
}

/** Somebody signs in: they get a session, and their owner learns of a device that was not seen before. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly entrance: Entrance,
    private readonly transaction: Transaction,
    private readonly users: UsersService,
    private readonly notices: Notices,
  ) {}

  /**
   * The session and the mail are kept together, or neither is.
   * @returns what their browser is to get; null where the account was disabled or its password changed meanwhile.
   * @throws Unavailable
   */
  welcome(entrant: Entrant, welcomed: Welcomed): Promise<Entry | null> {
    return this.entrance.takingBack(begun =>
      this.transaction.run(manager => this.comeIn({ manager, begun }, entrant, welcomed)),
    );
  }

  private async comeIn(
    within: Entering,
    entrant: Entrant,
    { tellsOfDevice = true, ...arrival }: Welcomed,
  ): Promise<Entry | null> {
    const { person } = arrival;
    const { origin } = entrant;
    const { manager } = within;
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
    if (isNew && !isFirst) await this.notices.send(manager, 'new-device', person, origin);
    return entry;
  }
}

/** What the session keeps of the sign-in before it; null where nobody knows of one. */
function signInBefore({
  lastSignInAt: at,
  lastSignInIp: ip,
  lastSignInAgent: agent,
}: PastSignIns): SignInBefore | null {
  return at === null ? null : { at, ip: ip ?? '', device: deviceInWords(agent ?? '') };
}
