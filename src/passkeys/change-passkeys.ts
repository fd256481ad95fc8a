import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { ChangeFactors, type RemoveFactorOutcome } from '../auth/change-factors.js';
import type { Entrant } from '../auth/entrance.js';
import { Transaction } from '../database/transaction.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { parseName } from './authenticator-names.js';
import { Passkey } from './passkey.entity.js';
import { factorCalled } from './passkeys.words.js';
import { Passkeys } from './passkeys.js';

/** Lets a person name and remove their own passkeys. */
@Injectable()
export class ChangePasskeys {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly changes: ChangeFactors,
    private readonly transaction: Transaction,
    private readonly audit: AuditLog,
  ) {}

  /** @returns false where the name is none; a passkey that is gone keeps none. @throws Unavailable */
  async rename({ id, userId }: Passkey, typed: string, origin: RequestOrigin): Promise<boolean> {
    const name = parseName(typed);
    if (name === null) return false;
    await this.transaction.one(manager => manager.update(Passkey, { id, userId }, { name }));
    const facts = { method: 'passkey', passkey: id };
    const event = {
      event: 'authn_factor_renamed',
      outcome: 'success',
      userId,
      session: null,
      facts,
    } as const;
    this.audit.record(event, origin);
    return true;
  }

  /** Removes one, unless it is the last way in. @throws Unavailable */
  remove(
    entrant: Entrant,
    person: CurrentPerson,
    { id, userId, name }: Passkey,
  ): Promise<RemoveFactorOutcome> {
    return this.changes.remove(entrant, {
      person,
      factor: factorCalled(name),
      method: 'passkey',
      loss: async manager => {
        // One that does not work is no loss.
        const row = await manager.findOneBy(Passkey, { id, userId });
        const counts = row !== null && this.passkeys.isInForce(row) ? 1 : 0;
        return { inForce: counts, alone: counts };
      },
      change: async (manager: EntityManager) =>
        (await manager.delete(Passkey, { id, userId })).affected === 1,
    });
  }
}
