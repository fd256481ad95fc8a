import { Body, Controller, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { type AccountRequest, CreateAccount } from '../credentials/create-account.js';
import { Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { type FormRefusal, refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { fieldErrors } from '../kernel/field-errors.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { FormBudget } from '../throttle/form-budget.js';
import { tooOften } from '../throttle/too-often.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { NOT_THE_CODE, tooManyCodes } from './auth.words.js';
import { FirstStart } from './first-start.js';

const SetupForm = z.strictObject({
  code: z.string(),
  username: z.string(),
  email: z.string().optional(),
  ...CHOSEN_PASSWORD,
});
type SetupFields = z.output<typeof SetupForm>;

const VIEW = 'auth/setup';

/** The first account of a production server, for whoever can read the server's log. */
@Controller('setup')
export class SetupController {
  constructor(
    private readonly firstStart: FirstStart,
    private readonly accounts: CreateAccount,
    private readonly policy: PasswordPolicy,
    private readonly budget: FormBudget,
  ) {}

  @Public()
  @Get()
  async show(@Res() response: Response): Promise<void> {
    await this.requireOpen();
    response.render(VIEW, this.policy.forView);
  }

  @Public()
  @VisitorForm()
  @SentOnce()
  @Post()
  async setUp(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SetupForm)) fields: SetupFields,
  ): Promise<void> {
    await this.requireOpen();
    const refusal = await this.tryToSetUp(fields, originOf(request));
    if (refusal === null) return response.redirect(303, '/login?done=setup');
    const { code, username, email } = fields;
    const model = { code, username, email, ...this.policy.forView };
    refuseForm({ request, response, view: VIEW, model }, refusal);
  }

  /** A code counts as wrong before it is compared, so that parallel ones cannot outrun the count. */
  private async tryToSetUp(
    { code, email, ...typed }: SetupFields,
    origin: RequestOrigin,
  ): Promise<FormRefusal | null> {
    const retryAfter = await this.budget.setupCode(origin.ip);
    if (retryAfter !== null) return tooOften(retryAfter, tooManyCodes(retryAfter));
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
    return errors === null ? this.create(wanted, origin) : { errors };
  }

  private async create(wanted: AccountRequest, origin: RequestOrigin): Promise<FormRefusal | null> {
    const done = await this.accounts.create(wanted, origin);
    switch (done.outcome) {
      case 'created':
        return null;
      case 'refused':
        return done;
      case 'not-first':
      case 'not-allowed':
        throw new NotFoundException();
    }
  }

  private async requireOpen(): Promise<void> {
    if (!(await this.firstStart.isSetupOpen())) throw new NotFoundException();
  }
}
