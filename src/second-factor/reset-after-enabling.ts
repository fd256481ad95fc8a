import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccountChange } from '../sessions/account-change.js';
import { ResetProgress } from './reset-progress.js';

/** Lets the delay of a reset that waits begin anew once its person may sign in again: until then they could stop nothing. */
@Injectable()
export class ResetAfterEnabling implements OnModuleInit {
  constructor(
    private readonly accounts: AccountChange,
    private readonly progress: ResetProgress,
  ) {}

  onModuleInit(): void {
    this.accounts.onChange(async (manager, userId, event) => {
      if (event === 'user_enabled') await this.progress.beginAnew(manager, userId);
      return [];
    });
  }
}
