import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, Not } from 'typeorm';
import type { StillIn } from '../auth/entrance.js';
import { DeletePerson } from '../credentials/delete-person.js';
import { takeTurn } from '../database/locks.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { User } from '../users/user.entity.js';
import { foldName } from '../users/username.js';
import { LAST_ADMINISTRATOR, typeUsername } from './account.words.js';

/** Who wants to close their account. */
export interface Leaver {
  readonly person: CurrentPerson;
  readonly origin: RequestOrigin;
  readonly stillIn: StillIn;
}

export type CloseOutcome =
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'refused'; readonly sentence: string }
  /** Their sign-in ended meanwhile, or their account. */
  | { readonly outcome: 'signed-out' };

/** Lets a person close their own account. */
@Injectable()
export class CloseAccount {
  constructor(
    private readonly people: DeletePerson,
    private readonly notices: Notices,
  ) {}

  /**
   * Deletes the account with its sessions; of the events only that they happened stays. The last
   * administrator cannot go, and of two who go at once one stays.
   * @param typed what the person typed to show that they mean it: their username.
   */
  async close({ person, origin, stillIn }: Leaver, typed: string): Promise<CloseOutcome> {
    if (foldName(typed) !== foldName(person.username))
      return { outcome: 'refused', sentence: typeUsername(person.username) };
    let isIn = false;
    const closed = await this.people.delete({
      person,
      origin,
      onlyIf: async (manager, user) =>
        (isIn = await stillIn(manager)) && isNotTheLastAdministrator(manager, user),
      alongside: manager => this.notices.send(manager, 'account-closed', person, origin),
    });
    if (closed) return { outcome: 'closed' };
    return isIn ? { outcome: 'refused', sentence: LAST_ADMINISTRATOR } : { outcome: 'signed-out' };
  }
}

/**
 * Whether somebody is left who can act as one. A demo account never counts: it signs in from the server's own machine alone,
 * and not in production. Nor does one that is disabled.
 */
async function isNotTheLastAdministrator(manager: EntityManager, { id, role, demo }: User): Promise<boolean> {
  if (role !== 'admin' || demo) return true;
  await takeTurn(manager, 'last administrator');
  return manager.existsBy(User, { role: 'admin', demo: false, disabledAt: IsNull(), id: Not(id) });
}
