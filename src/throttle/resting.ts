import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../kernel/clock.js';
import { AttemptStore } from './attempt-store.js';
import { codeCountOf, passwordCountOf } from './lasting-counts.js';

/** What works in known devices alone by now, because it was wrong so often in a row. */
export interface RestingParts {
  readonly password: boolean;
  /** Codes of the second step: those of an app, and recovery codes. */
  readonly codes: boolean;
}

/** What of an account rests after too many failures in a row (63B 3.2.2). */
@Injectable()
export class Resting {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
  ) {}

  /** @throws Unavailable */
  async of(account: string): Promise<RestingParts> {
    const [password, codes] = [passwordCountOf(account), codeCountOf(account)];
    const [ofPassword = 0, ofCodes = 0] = await this.store.failures([password, codes], this.clock.now());
    return { password: ofPassword >= password.policy.free, codes: ofCodes >= codes.policy.free };
  }

  /**
   * Codes of an account rest no more: whoever guessed them knew a password that is another now, or somebody who runs the site
   * says so. The waits stay. @param within the transaction of what it follows from. @throws Unavailable
   */
  async wakeCodes(account: string, within: EntityManager | null = null): Promise<void> {
    await this.store.giveBack([codeCountOf(account)], [], this.clock.now(), { within });
  }

  /** Nothing is left of an account that is gone. @param within the transaction that deletes it. @throws Unavailable */
  async forget(account: string, within: EntityManager): Promise<void> {
    await this.store.giveBack([passwordCountOf(account), codeCountOf(account)], [], this.clock.now(), {
      within,
    });
  }
}
