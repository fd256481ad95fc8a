import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { EmailAddress } from '../users/email-address.js';
import type { Username } from '../users/username.js';
import { UsersService } from '../users/users.service.js';

/** An account that a mailed link allows. */
export interface AllowedAccount {
  readonly token: OneTimeToken;
  readonly username: Username;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly role: Role;
}

/** Makes an account with a link, and uses the link up in the same transaction: of many at once one succeeds. */
@Injectable()
export class NewAccount {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: OneTimeTokens,
    private readonly audit: AuditLog,
  ) {}

  /** @returns "taken": somebody has the name (or the address) now, and the link is still good. @throws Unavailable */
  async create(allowed: AllowedAccount, origin: RequestOrigin): Promise<'created' | 'taken' | 'over'> {
    const { token, ...person } = allowed;
    const done = await this.users.create(person, { onlyIf: manager => this.tokens.use(manager, token) });
    if (done.outcome === 'taken') return 'taken';
    if (done.outcome !== 'created') return 'over';
    const facts = { role: person.role, by: token.purpose };
    this.audit.record(
      { event: 'user_created', outcome: 'success', userId: done.user.id, session: null, facts },
      origin,
    );
    return 'created';
  }
}
