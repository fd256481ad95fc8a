import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Erasures } from '../audit/erasures.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccountChange } from '../sessions/account-change.js';
import { SignIns } from '../sessions/sign-ins.js';
import { User } from '../users/user.entity.js';
import { OneTimeTokens } from './one-time-tokens.js';

/** Somebody who goes. */
export interface Deletion {
  readonly person: { readonly id: string; readonly email: string | null };
  readonly origin: RequestOrigin;
  /** Asked first, in the same transaction, with the person's row; false: they stay. */
  readonly onlyIf?: (manager: EntityManager, user: User) => Promise<boolean>;
  /** What else must be kept together with it. */
  readonly alongside?: (manager: EntityManager) => Promise<void>;
}

/** Deletes people: the only way, whoever asks for it. */
@Injectable()
export class DeletePerson {
  constructor(
    private readonly accounts: AccountChange,
    private readonly signIns: SignIns,
    private readonly tokens: OneTimeTokens,
    private readonly erasures: Erasures,
  ) {}

  /**
   * Deletes the account with its sessions, memberships (which go with the row) and mailed links, and promises to take the person out of their events, of
   * which there may be any number: that is done afterwards, while nobody waits.
   * @returns false where nobody has the account (any more), or `onlyIf` said no. @throws Unavailable
   */
  async delete({ person, origin, onlyIf, alongside }: Deletion): Promise<boolean> {
    const deleted = await this.accounts.apply({
      userId: person.id,
      event: 'user_deleted',
      origin,
      change: async manager => {
        const user = await manager.findOneBy(User, { id: person.id });
        if (user === null || (onlyIf !== undefined && !(await onlyIf(manager, user)))) return false;
        return ((await manager.delete(User, { id: person.id })).affected ?? 0) > 0;
      },
      alongside: async manager => {
        await this.tokens.voidAll(manager, person);
        await this.signIns.forget(manager, person.id);
        await this.erasures.promise(manager, person.id);
        await alongside?.(manager);
      },
    });
    if (deleted) this.erasures.begin();
    return deleted;
  }
}
