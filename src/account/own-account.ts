import { Injectable } from '@nestjs/common';
import { type Membership, Memberships } from '../groups/memberships.js';
import { iso } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { UsersService } from '../users/users.service.js';

/** What is stored of somebody's account itself. The password's hash is not theirs to leak. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly users: UsersService,
    private readonly memberships: Memberships,
  ) {}

  /** It as plain data. @throws Unavailable */
  async of(person: CurrentPerson): Promise<object> {
    const user = await this.users.findById(person.id);
    const groups = await this.memberships.of(person.id);
    return {
      ...person,
      // Not only the role in force: an administrator's sleeps until a second factor was shown.
      role: user?.role ?? person.role,
      groups: groups.map(groupOf),
      emailConfirmedAt: iso(person.emailConfirmedAt),
      secondFactorAt: iso(person.secondFactorAt),
      factorResetAt: iso(person.factorResetAt),
      createdAt: iso(user?.createdAt ?? null),
      passwordChangedAt: iso(user?.passwordChangedAt ?? null),
      lastSignIn: {
        at: iso(user?.lastSignInAt ?? null),
        ip: user?.lastSignInIp ?? null,
        userAgent: user?.lastSignInAgent ?? null,
      },
    };
  }
}

const groupOf = ({ name, since }: Membership) => ({ name, since: iso(since) });
