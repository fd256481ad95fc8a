import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Transaction } from '../database/transaction.js';
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

  /** Changes the name that pages show. Any characters, but none that control or hide text. */
  async rename(userId: string, wanted: string, origin: RequestOrigin): Promise<RenameOutcome> {
    const displayName = wanted.normalize('NFC').trim();
    const length = [...displayName].length;
    if (
      length < 1 ||
      length > MAX_LENGTH ||
      /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(displayName)
    ) {
      return { outcome: 'refused', sentence: nameProblem(MAX_LENGTH) };
    }
    await this.transaction.one(manager => manager.update(User, { id: userId }, { displayName }));
    const facts = { what: 'display name' };
    this.audit.record({ event: 'user_updated', outcome: 'success', userId, session: null, facts }, origin);
    return { outcome: 'renamed' };
  }
}
