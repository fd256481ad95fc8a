import { Injectable } from '@nestjs/common';
import { Arrivals, type Welcomed } from '../auth/arrivals.js';
import type { Entrant } from '../auth/entrance.js';
import { obstacleFor } from '../auth/obstacle.js';
import { personOf } from '../auth/sign-in.js';
import { AppConfig } from '../config/app-config.js';
import type { Entry } from '../sessions/entry.js';
import { UsersService } from '../users/users.service.js';
import type { ShownPasskey } from './shown-passkey.js';

export type EnterOutcome =
  | { readonly outcome: 'welcome'; readonly entry: Entry }
  /** `reason` is for the log: nobody outside learns which. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** Begins the session of somebody who has shown a passkey. */
@Injectable()
export class EnterByPasskey {
  constructor(
    private readonly users: UsersService,
    private readonly arrivals: Arrivals,
    private readonly config: AppConfig,
  ) {}

  /** @throws Unavailable */
  async enter(
    entrant: Entrant,
    shown: ShownPasskey,
    how: Pick<Welcomed, 'remembered' | 'attempt'>,
  ): Promise<EnterOutcome> {
    const user = await this.users.findById(shown.userId);
    if (user === null) return { outcome: 'refused', reason: 'unknown' };
    const obstacle = obstacleFor(user, entrant.origin, this.config);
    if (obstacle !== null) return { outcome: 'refused', reason: obstacle };
    const entry = await this.arrivals.welcome(entrant, { person: personOf(user), proof: shown, ...how });
    return entry === null
      ? { outcome: 'refused', reason: shown.refusal ?? 'overtaken' }
      : { outcome: 'welcome', entry };
  }
}
