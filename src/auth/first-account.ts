import { Injectable } from '@nestjs/common';
import { type AccountRequest, CreateAccount } from '../credentials/create-account.js';
import type { FormRefusal } from '../http/refused-form.js';
import { fieldErrors } from '../kernel/field-errors.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { FormBudget } from '../throttle/form-budget.js';
import { tooOften } from '../throttle/too-often.js';
import type { ChosenPassword } from '../users/password-policy.js';
import { NOT_THE_CODE, tooManyCodes } from './auth.words.js';
import { FirstStart } from './first-start.js';

/** What was typed to set a server up. */
export interface SetupFields extends ChosenPassword {
  /** What the server's log says. */
  readonly code: string;
  readonly username: string;
  readonly email?: string | undefined;
}

export type FirstAccountOutcome =
  | { readonly outcome: 'created' }
  /** Somebody else was faster. */
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'refused'; readonly refusal: FormRefusal };

/** Creates the first account of a production server, an administrator's, for who has the code of its log. */
@Injectable()
export class FirstAccount {
  constructor(
    private readonly firstStart: FirstStart,
    private readonly accounts: CreateAccount,
    private readonly budget: FormBudget,
  ) {}

  /** A code counts as wrong before it is compared, so that parallel ones cannot outrun the count. @throws Unavailable */
  async create({ code, email, ...typed }: SetupFields, origin: RequestOrigin): Promise<FirstAccountOutcome> {
    const retryAfter = await this.budget.setupCode(origin.ip);
    if (retryAfter !== null)
      return refused(tooOften(retryAfter, { sentence: tooManyCodes(retryAfter), what: 'setup-codes' }));
    const isRight = this.firstStart.isCode(code);
    if (isRight) await this.budget.rightSetupCode(origin.ip);
    const wanted = {
      ...typed,
      email: email?.trim() ? email : null,
      role: 'admin',
      onlyAsFirst: true,
    } as const;
    const wrong = { code: isRight ? null : NOT_THE_CODE, ...(await this.accounts.errorsIn(wanted)) };
    const errors = fieldErrors(wrong);
    return errors === null ? this.createAccount(wanted, origin) : refused({ errors });
  }

  private async createAccount(wanted: AccountRequest, origin: RequestOrigin): Promise<FirstAccountOutcome> {
    const done = await this.accounts.create(wanted, origin);
    switch (done.outcome) {
      case 'created':
        return { outcome: 'created' };
      case 'refused':
        return refused(done);
      case 'not-first':
      case 'not-allowed':
        return { outcome: 'closed' };
    }
  }
}

const refused = (refusal: FormRefusal): FirstAccountOutcome => ({ outcome: 'refused', refusal });
