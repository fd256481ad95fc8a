import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { parseEmailAddress } from '../users/email-address.js';
import type { User } from '../users/user.entity.js';
import { parseUsername } from '../users/username.js';
import { UsersService } from '../users/users.service.js';
import { AcceptablePassword } from './acceptable-password.js';

/** An account as somebody asks for it: nothing is checked yet. */
export interface AccountRequest {
  readonly username: string;
  readonly email: string | null;
  /** Null: the account cannot sign in until a password is set. */
  readonly password: string | null;
  readonly role: Role;
  /** Create it only while nobody has an account. */
  readonly onlyAsFirst?: boolean;
}

export type CreateAccountOutcome =
  | { readonly outcome: 'created'; readonly user: User }
  /** One field cannot stay as it is; `sentence` says what to do. */
  | {
      readonly outcome: 'refused';
      readonly field: 'username' | 'email' | 'password';
      readonly sentence: string;
    }
  | { readonly outcome: 'not-first' }
  | { readonly outcome: 'not-allowed' };

/** Creates accounts: the one way, for the first page, the command line and registration alike. */
@Injectable()
export class CreateAccount {
  constructor(
    private readonly users: UsersService,
    private readonly acceptable: AcceptablePassword,
    private readonly audit: AuditLog,
  ) {}

  /** @throws HashingOverloaded, Unavailable */
  async create(request: AccountRequest, origin: RequestOrigin): Promise<CreateAccountOutcome> {
    const username = parseUsername(request.username);
    if ('problem' in username) return refused('username', username.problem);
    const email = request.email === null ? null : parseEmailAddress(request.email);
    if (request.email !== null && email === null)
      return refused('email', 'Check this address: it does not look like one.');
    const { password, role, onlyAsFirst = false } = request;
    const owner = { username: username.display, email: email?.display ?? null };
    const hashed = password === null ? null : await this.acceptable.hash(password, owner);
    if (hashed?.outcome === 'refused') return refused('password', hashed.sentence);
    const passwordHash = hashed?.passwordHash ?? null;
    const done = await this.users.create({ username, email, role, passwordHash }, { onlyAsFirst });
    if (done.outcome === 'taken')
      return refused(
        'username',
        'That username or e-mail address is taken, or looks like one that is. Choose another.',
      );
    if (done.outcome === 'created') {
      this.audit.record(
        { event: 'user_created', outcome: 'success', userId: done.user.id, session: null, facts: { role } },
        origin,
      );
    }
    return done;
  }
}

const refused = (field: 'username' | 'email' | 'password', sentence: string) =>
  ({ outcome: 'refused', field, sentence }) as const;
