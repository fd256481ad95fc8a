import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Arrivals, type Welcomed } from '../auth/arrivals.js';
import type { Entrant } from '../auth/entrance.js';
import { obstacleFor } from '../auth/obstacle.js';
import { personOf } from '../auth/sign-in.js';
import { AppConfig } from '../config/app-config.js';
import type { Entry } from '../sessions/entry.js';
import { SignInThrottle } from '../throttle/sign-in-throttle.js';
import { UsersService } from '../users/users.service.js';
import type { ShownPasskey } from './shown-passkey.js';

export type EnterOutcome =
  | { readonly outcome: 'welcome'; readonly entry: Entry }
  /** `reason` is for the log: nobody outside learns which. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** How they come in, and what counts as failed until they have. */
type EnteringPerson = Pick<Welcomed, 'remembered'> & { readonly attempt: NonNullable<Welcomed['attempt']> };

/** Begins the session of somebody who has shown a passkey. */
@Injectable()
export class EnterByPasskey {
  constructor(
    private readonly users: UsersService,
    private readonly arrivals: Arrivals,
    private readonly config: AppConfig,
    private readonly throttle: SignInThrottle,
  ) {}

  /** @throws Unavailable */
  async enter(
    entrant: Entrant,
    shown: ShownPasskey,
    { remembered, attempt: counted }: EnteringPerson,
  ): Promise<EnterOutcome> {
    const user = await this.users.findById(shown.userId);
    if (user === null) return { outcome: 'refused', reason: 'unknown' };
    const obstacle = obstacleFor(user, entrant.origin, this.config);
    if (obstacle !== null) return { outcome: 'refused', reason: obstacle };
    const succeeded = async (within?: EntityManager) => {
      await counted.succeeded(within);
      await this.wake(entrant, user.id, within ?? null);
    };
    const entry = await this.arrivals.welcome(entrant, {
      ...{ person: personOf(user), proof: shown, remembered },
      attempt: { ...counted, succeeded },
    });
    return entry === null
      ? { outcome: 'refused', reason: shown.refusal ?? 'overtaken' }
      : { outcome: 'welcome', entry };
  }

  /**
   * From a known device it is what the mail about a password that rests asks for. From elsewhere it says nothing of the
   * password: what was counted against that stays.
   */
  private async wake({ origin, knownDevice }: Entrant, account: string, within: EntityManager | null) {
    const device = knownDevice(account);
    if (device === null) return;
    await this.throttle.completed({ account, names: [], ip: origin.ip, knownDevice: device }, within);
  }
}
