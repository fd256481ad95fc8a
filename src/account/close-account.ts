import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { AccountChange } from '../sessions/account-change.js';
import { takeTurn } from '../database/locks.js';
import { User } from '../users/user.entity.js';
import { foldName } from '../users/username.js';

export type CloseOutcome =
  { readonly outcome: 'closed' } | { readonly outcome: 'refused'; readonly sentence: string };

/** Lets a person close their own account. */
@Injectable()
export class CloseAccount {
  constructor(
    private readonly accounts: AccountChange,
    private readonly trail: AuditTrail,
    private readonly notices: Notices,
    private readonly tokens: OneTimeTokens,
  ) {}

  /**
   * Deletes the account with its sessions; of the events only that they happened stays. The last
   * administrator cannot go, and of two who go at once one stays.
   * @param typed what the person typed to show that they mean it: their username.
   */
  async close(person: CurrentPerson, typed: string, origin: RequestOrigin): Promise<CloseOutcome> {
    if (foldName(typed) !== foldName(person.username)) {
      return {
        outcome: 'refused',
        sentence: `Type your username, ${person.username}, to close the account.`,
      };
    }
    const closed = await this.accounts.apply({
      userId: person.id,
      event: 'user_deleted',
      origin,
      change: async manager => {
        const user = await manager.findOneBy(User, { id: person.id });
        if (user?.role === 'admin') await takeTurn(manager, 'last administrator');
        const others = await manager.countBy(User, { role: 'admin', id: Not(person.id) });
        if (user === null || (user.role === 'admin' && others === 0)) return false;
        return ((await manager.delete(User, { id: person.id })).affected ?? 0) > 0;
      },
      alongside: async manager => {
        await this.tokens.voidAll(manager, person);
        await this.notices.send(manager, 'account-closed', person, origin);
      },
    });
    if (!closed) {
      return {
        outcome: 'refused',
        sentence: 'You are the last administrator. Make somebody else one first.',
      };
    }
    await this.trail.pseudonymise(person.id);
    return { outcome: 'closed' };
  }
}
