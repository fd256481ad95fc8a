import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccountChange } from '../sessions/account-change.js';
import type { EndingChange } from '../sessions/sign-in-end.js';
import { Resting } from '../throttle/resting.js';

/** The password is another, whoever set it; or the factors whose codes were guessed are gone. */
const WAKES: ReadonlySet<EndingChange> = new Set(['authn_password_change', 'authn_factor_reset']);

/**
 * Wakes codes that rest where those who guessed them have lost what got them that far. In the transaction of the change, so
 * that the owner is not told of a new password with which nothing works yet. What was counted of an account goes with it.
 */
@Injectable()
export class WakeCodes implements OnModuleInit {
  constructor(
    private readonly accounts: AccountChange,
    private readonly resting: Resting,
  ) {}

  onModuleInit(): void {
    this.accounts.onChange(async (manager, userId, event) => {
      if (WAKES.has(event)) await this.resting.wakeCodes(userId, manager);
      if (event === 'user_deleted') await this.resting.forget(userId, manager);
      return [];
    });
  }
}
