import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Person } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { strengthOf } from '../kernel/strength.js';
import { Notices } from '../recovery/notices.js';
import { LostFactors } from '../second-factor/lost-factors.js';
import type { Session } from '../sessions/session-store.js';
import type { PastSignIns } from '../users/past-sign-ins.js';

/** What a sign-in means for others who were about to do something with the account. */
@Injectable()
export class ArrivalNews {
  constructor(
    private readonly notices: Notices,
    private readonly lost: LostFactors,
  ) {}

  /** Promises the mail that tells of a new device, in the transaction of the sign-in. */
  newDevice(manager: EntityManager, person: Person, origin: RequestOrigin): Promise<void> {
    return this.notices.send(manager, 'new-device', person, origin);
  }

  /**
   * Stops a reset of the factors that waits: who has just shown one has not lost it. With the person locked, so that the
   * reset is carried out before, and the factor is worth nothing, or not at all.
   * @returns whether one was stopped: {@link resetStopped} records it once the transaction is kept.
   */
  async stopReset(
    manager: EntityManager,
    { factorResetAt }: PastSignIns,
    { userId, amr }: Session,
  ): Promise<boolean> {
    if (factorResetAt === null || strengthOf(amr) < 2) return false;
    return this.lost.cancelWithin(manager, userId);
  }

  /** Records that a sign-in stopped a reset. */
  resetStopped({ id }: Person, origin: RequestOrigin): void {
    this.lost.recordCancelled(id, origin, 'sign-in');
  }
}
