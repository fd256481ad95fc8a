import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Transaction } from '../database/transaction.js';
import { shownName } from '../kernel/shown-name.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { User } from '../users/user.entity.js';
import { nameProblem } from './account.words.js';

const MAX_LENGTH = 80;

export type RenameOutcome =
  { readonly outcome: 'renamed' } | { readonly outcome: 'refused'; readonly sentence: string };

/** What a person says about themselves. */
@Injectable()
export class Profile {
  constructor(
    private readonly transaction: Transaction,
    private readonly audit: AuditLog,
  ) {}

  /** Changes the name that pages show. Any characters, as far as `shownName` takes them. */
  async rename(userId: string, wanted: string, origin: RequestOrigin): Promise<RenameOutcome> {
    const displayName = shownName(wanted, MAX_LENGTH);
    if (displayName === null) return { outcome: 'refused', sentence: nameProblem(MAX_LENGTH) };
    await this.transaction.one(manager => manager.update(User, { id: userId }, { displayName }));
    const facts = { what: 'display name' };
    this.audit.record({ event: 'user_updated', outcome: 'success', userId, session: null, facts }, origin);
    return { outcome: 'renamed' };
  }
}
