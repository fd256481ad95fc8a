import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Transaction } from '../database/transaction.js';
import { originOf } from '../http/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { UsersService } from '../users/users.service.js';
import { type Arrival, FrontDoor } from './front-door.js';

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
  async welcome(request: Request, response: Response, arrival: Omit<Arrival, 'within'>): Promise<boolean> {
    const { person } = arrival;
    const isNewDevice = this.door.isNewDevice(request, person.id);
    await this.door.prepare(request, response);
    const work = this.transaction.run(async manager => {
      if (!(await this.door.enter(request, response, { ...arrival, within: manager }))) return false;
      const isFirst = await this.users.markFirstSignIn(manager, person.id);
      if (isNewDevice && !isFirst) await this.notices.send(manager, 'new-device', person, originOf(request));
      return true;
    });
    return work.catch(async (error: unknown) => {
      await this.door.turnBack(request);
      throw error;
    });
  }
}
