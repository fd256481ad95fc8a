import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { SignInThrottle } from '../throttle/sign-in-throttle.js';
import { User } from '../users/user.entity.js';
import { Notices } from './notices.js';

/** What follows a reset. */
@Injectable()
export class AfterReset {
  constructor(
    private readonly notices: Notices,
    private readonly throttle: SignInThrottle,
  ) {}

  /** Promises the notice, in the transaction of the reset, which has confirmed the address. */
  async notify(manager: EntityManager, user: User, origin: RequestOrigin): Promise<void> {
    const now = await manager.findOneBy(User, { id: user.id });
    await this.notices.send(manager, 'password-changed', now ?? user, origin);
  }

  /** Whoever had the mail is the owner: what others tried does not count against them. */
  liftThrottle(user: User, origin: RequestOrigin): Promise<void> {
    const names = [user.usernameKey, user.emailKey].filter(name => name !== null);
    return this.throttle.lift(user.id, { names, ip: origin.ip });
  }
}
