import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Transaction } from '../database/transaction.js';
import { originOf } from '../http/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { deviceInWords } from '../pages/device-words.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';
import { type PastSignIns, UsersService } from '../users/users.service.js';
import { type Arrival, FrontDoor } from './front-door.js';

/** Somebody who is about to come in. */
export interface Welcomed extends Omit<Arrival, 'within'> {
  /** Whether their owner is told of a device that was not seen before: not where another mail tells the same. */
  readonly tellsOfDevice?: boolean;
}

/** Somebody signs in: they get a session, and their owner learns of a device that was not seen before. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly door: FrontDoor,
    private readonly transaction: Transaction,
    private readonly users: UsersService,
    private readonly notices: Notices,
  ) {}

  /**
   * The session and the mail are kept together, or neither is.
   * @returns false where the account was disabled or its password changed meanwhile. @throws Unavailable
   */
  async welcome(request: Request, response: Response, welcomed: Welcomed): Promise<boolean> {
    const { tellsOfDevice = true, ...arrival } = welcomed;
    const { person } = arrival;
    const isNewDevice = tellsOfDevice && this.door.isNewDevice(request, person.id);
    await this.door.prepare(request, response);
    const work = this.transaction.run(async manager => {
      // Two clicks come one after the other: the second sees what the first has done, on whatever process it was.
      const signIns = await this.users.signInsOf(manager, person.id);
      if (signIns === null) return false;
      const isNew = isNewDevice && !(await this.door.hasJustEntered(request, person.id, manager));
      const entrance = { ...arrival, before: signInBefore(signIns), within: manager };
      if (!(await this.door.enter(request, response, entrance))) return false;
      await this.users.noteSignIn(manager, signIns, originOf(request));
      const isFirst = signIns.firstSignInAt === null;
      if (isNew && !isFirst) await this.notices.send(manager, 'new-device', person, originOf(request));
      return true;
    });
    return work.catch(async (error: unknown) => {
      await this.door.turnBack(request);
      throw error;
    });
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
