import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { Notices } from '../recovery/notices.js';
import { User } from '../users/user.entity.js';
import type { Passkey } from './passkey.entity.js';
import { factorCalled } from './passkeys.words.js';

/** Tells that there may be a copy of a passkey: its signature was right, and its counter was not. */
@Injectable()
export class CopyNews {
  constructor(
    private readonly notices: Notices,
    private readonly audit: AuditLog,
  ) {}

  /** Records it, and promises a mail to its owner inside the transaction. */
  async tell(manager: EntityManager, { id, userId, name }: Passkey, origin: RequestOrigin): Promise<void> {
    const person = await manager.findOneBy(User, { id: userId });
    const notice = { name: 'factor-refused', factor: factorCalled(name) } as const;
    if (person !== null) await this.notices.send(manager, notice, person, origin);
    const facts = { method: 'passkey', passkey: id, reason: 'counter' };
    const event = {
      event: 'authn_factor_refused',
      outcome: 'refused',
      userId,
      session: null,
      facts,
    } as const;
    this.audit.record(event, origin);
  }
}
