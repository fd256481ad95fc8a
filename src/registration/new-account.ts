import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { ChosenPassword } from '../users/password-policy.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { type RefusedAccount, RegistrationCheck } from './registration-check.js';

/** An account that a mailed link allows, as it was asked for. */
export interface AllowedAccount {
  readonly token: OneTimeToken;
  readonly username: string;
  /** The password: chosen now, or the hash of one that was chosen before. */
  readonly password: ChosenPassword | { readonly hash: string };
  readonly role: Role;
  /** What a name that somebody has is told. */
  readonly taken: string;
}

export type NewAccountOutcome =
  | { readonly outcome: 'created'; readonly user: User; readonly passwordHash: string }
  | { readonly outcome: 'over' }
  /** The address has an account by now. */
  | { readonly outcome: 'known' }
  /** Something cannot be used, or too many names were tried with this link, which is still good. */
  | RefusedAccount;

/** Makes an account with a link, and uses the link up in the same transaction: of many at once one succeeds. */
@Injectable()
export class NewAccount {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: OneTimeTokens,
    private readonly audit: AuditLog,
    private readonly check: RegistrationCheck,
  ) {}

  /** Whether an address has an account. @throws Unavailable */
  async knows(address: string): Promise<boolean> {
    return (await this.users.findByLogin(address)) !== null;
  }

  /** @throws HashingOverloaded, Unavailable */
  async create(allowed: AllowedAccount, origin: RequestOrigin): Promise<NewAccountOutcome> {
    const { token, username, password, role, taken } = allowed;
    const chosen = 'hash' in password ? null : password;
    const wanted = { username, email: token.address, chosen, taken, counted: { link: token.digest } };
    const checked = await this.check.check(wanted);
    // Of two clicks the first may have made the account: then it is no other person's name.
    if (checked.outcome === 'refused') return (await this.knows(token.address)) ? KNOWN : checked;
    const passwordHash = 'hash' in password ? password.hash : await this.check.hash(password.password);
    // The link was mailed to the address, and was opened.
    const address = { email: checked.email, emailConfirmed: true };
    const person = { username: checked.username, ...address, role, passwordHash };
    const onlyIf = async (manager: EntityManager) => (await this.tokens.use(manager, token)) !== null;
    const done = await this.users.create(person, { onlyIf });
    if (done.outcome === 'taken' || done.outcome === 'used-up')
      return (await this.knows(token.address)) ? KNOWN : { outcome: 'refused', errors: { username: taken } };
    if (done.outcome !== 'created') return { outcome: 'over' };
    const facts = { role, by: token.purpose };
    this.audit.record(
      { event: 'user_created', outcome: 'success', userId: done.user.id, session: null, facts },
      origin,
    );
    return { outcome: 'created', user: done.user, passwordHash };
  }
}

const KNOWN = { outcome: 'known' } as const;
