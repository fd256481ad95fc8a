import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { localOrigin } from '../audit/security-event.js';
import { Factors } from '../second-factor/factors.js';
import { AccountChange } from '../sessions/account-change.js';
import { User } from '../users/user.entity.js';
import { Passkeys } from './passkeys.js';

/**
 * Passkeys of people of whom no factor is asked, because they removed their others while the host of `PUBLIC_URL` was
 * another one. Where the host comes back the passkeys do, and the password alone is not enough any more: what was begun by
 * it ends, as with a first factor.
 */
@Injectable()
export class BackInForce {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly factors: Factors,
    private readonly accounts: AccountChange,
  ) {}

  /** Looks for them. Several servers may start at once: of each person one does it. @throws Unavailable */
  async settle(): Promise<void> {
    for (const userId of await this.passkeys.ownersUnasked())
      await this.accounts.apply({
        ...{ userId, event: 'authn_factor_readmitted', origin: localOrigin('host name') },
        change: manager => this.ask(manager, userId),
      });
  }

  /** @returns false where one is asked of them by now, or none is in force. */
  private async ask(manager: EntityManager, userId: string): Promise<boolean> {
    const user = await manager.findOneBy(User, { id: userId });
    if (user === null || user.secondFactorAt !== null) return false;
    return this.factors.settle(manager, userId);
  }
}
