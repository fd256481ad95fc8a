import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { EntityManager } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { originOf } from '../http/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { lockPerson } from '../users/lock-person.js';
import { UsersService } from '../users/users.service.js';
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
      const isNew = isNewDevice && !(await this.isSecondClick(request, person.id, manager));
      if (!(await this.door.enter(request, response, { ...arrival, within: manager }))) return false;
      const isFirst = await this.users.markFirstSignIn(manager, person.id);
      if (isNew && !isFirst) await this.notices.send(manager, 'new-device', person, originOf(request));
      return true;
    });
    return work.catch(async (error: unknown) => {
      await this.door.turnBack(request);
      throw error;
    });
  }
  /** Two clicks come one after the other: the second sees what the first has done, on whatever process it was. */
  private async isSecondClick(request: Request, userId: string, manager: EntityManager): Promise<boolean> {
    await lockPerson(manager, userId);
    return this.door.hasJustEntered(request, userId, manager);
  }
}
