import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { OneTimeToken } from '../credentials/one-time-token.entity.js';
import { OneTimeTokens } from '../credentials/one-time-tokens.js';
import { waitInWords } from '../pages/time-in-words.js';
import type { Duration } from '../kernel/durations.js';
import type { Role } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { FormBudget } from '../throttle/form-budget.js';
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

export type NewAccountOutcome =
  | { readonly outcome: 'created' }
  | { readonly outcome: 'over' }
  /** The address has an account by now. */
  | { readonly outcome: 'known' }
  | {
      readonly outcome: 'refused';
      readonly field: 'username';
      readonly sentence: string;
      readonly status?: number;
      readonly retryAfter?: Duration;
    };

/** Makes an account with a link, and uses the link up in the same transaction: of many at once one succeeds. */
@Injectable()
export class NewAccount {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: OneTimeTokens,
    private readonly audit: AuditLog,
    private readonly budget: FormBudget,
  ) {}

  /** Whether an address has an account. @throws Unavailable */
  async knows(address: string): Promise<boolean> {
    return (await this.users.findByLogin(address)) !== null;
  }

  /**
   * "refused": somebody has the name now, or too many names were tried with this link, which is
   * still good. @param taken what to say of a name that somebody has. @throws Unavailable
   */
  async create(allowed: AllowedAccount, taken: string, origin: RequestOrigin): Promise<NewAccountOutcome> {
    const { token, ...person } = allowed;
    const retryAfter = await this.budget.nameOfLink(token.digest);
    if (retryAfter !== null) return { ...refused(tooManyNames(retryAfter)), status: 429, retryAfter };
    const done = await this.users.create(person, { onlyIf: manager => this.tokens.use(manager, token) });
    if (done.outcome === 'taken')
      return (await this.knows(person.email.key)) ? { outcome: 'known' } : refused(taken);
    if (done.outcome !== 'created') return { outcome: 'over' };
    const facts = { role: person.role, by: token.purpose };
    this.audit.record(
      { event: 'user_created', outcome: 'success', userId: done.user.id, session: null, facts },
      origin,
    );
    return { outcome: 'created' };
  }
}

/** What somebody is told who tried too many usernames. */
export const tooManyNames = (retryAfter: Duration): string =>
  `Too many usernames were tried. Try again in ${waitInWords(retryAfter)}.`;

const refused = (sentence: string) => ({ outcome: 'refused', field: 'username', sentence }) as const;
