import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { type FieldErrors, fieldErrors } from '../kernel/field-errors.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { parseEmailAddress } from '../users/email-address.js';
import type { User } from '../users/user.entity.js';
import { parseUsername } from '../users/username.js';
import { UsersService } from '../users/users.service.js';
import { NO_ADDRESS } from '../users/users.words.js';
import { AcceptablePassword } from './acceptable-password.js';
import { ACCOUNT_TAKEN, NAME_USED_UP } from './credentials.words.js';

/** An account as somebody asks for it: nothing is checked yet. */
export interface AccountRequest {
  readonly username: string;
  readonly email: string | null;
  /** Null: the account cannot sign in until a password is set. */
  readonly password: string | null;
  /** The password again, where it was typed twice. */
  readonly password_again?: string | undefined;
  readonly role: Role;
  /** Create it only while nobody has an account. */
  readonly onlyAsFirst?: boolean;
}

export type CreateAccountOutcome =
  | { readonly outcome: 'created'; readonly user: User }
  /** Some fields cannot stay as they are. */
  | { readonly outcome: 'refused'; readonly errors: FieldErrors }
  | { readonly outcome: 'not-first' }
  | { readonly outcome: 'not-allowed' };

/**
 * Creates accounts for whoever runs the site, at the first page and on the command line: reserved names as well. An
 * address that is given here is typed by an operator, and unconfirmed until a link that was mailed to it is opened.
 */
@Injectable()
export class CreateAccount {
  constructor(
    private readonly users: UsersService,
    private readonly acceptable: AcceptablePassword,
    private readonly audit: AuditLog,
  ) {}

  /** What can be seen to be wrong without looking up or hashing anything; null where nothing is. */
  async errorsIn({ username: name, email, password, ...rest }: AccountRequest): Promise<FieldErrors | null> {
    const username = parseUsername(name);
    const address = email === null ? null : parseEmailAddress(email);
    const owner = { username: 'problem' in username ? name : username.display, email };
    return fieldErrors({
      username: 'problem' in username ? username.problem : null,
      email: email !== null && address === null ? NO_ADDRESS : null,
      ...(password === null ? null : await this.acceptable.errorsIn({ ...rest, password }, owner)),
    });
  }

  /** @throws HashingOverloaded, Unavailable */
  async create(request: AccountRequest, origin: RequestOrigin): Promise<CreateAccountOutcome> {
    const errors = await this.errorsIn(request);
    const username = parseUsername(request.username);
    if (errors !== null || 'problem' in username) return { outcome: 'refused', errors: errors ?? {} };
    const email = request.email === null ? null : parseEmailAddress(request.email);
    const { password, role, onlyAsFirst = false } = request;
    const owner = { username: username.display, email: email?.display ?? null };
    const hashed = password === null ? null : await this.acceptable.hash({ password }, owner);
    if (hashed?.outcome === 'refused') return hashed;
    const passwordHash = hashed?.passwordHash ?? null;
    const done = await this.users.create({ username, email, role, passwordHash }, { onlyAsFirst });
    if (done.outcome === 'taken') return { outcome: 'refused', errors: { username: ACCOUNT_TAKEN } };
    if (done.outcome === 'used-up') return { outcome: 'refused', errors: { username: NAME_USED_UP } };
    if (done.outcome === 'created') {
      this.audit.record(
        { event: 'user_created', outcome: 'success', userId: done.user.id, session: null, facts: { role } },
        origin,
      );
    }
    return done;
  }
}
