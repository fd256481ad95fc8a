import { Body, Controller, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { CreateAccount } from '../credentials/create-account.js';
import { Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { type FormRefusal, refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { waitInWords } from '../pages/time-in-words.js';
import { FormBudget } from '../throttle/form-budget.js';
import { PASSWORDS_DIFFER, PasswordPolicy } from '../users/password-policy.js';
import { FirstStart } from './first-start.js';

const SetupForm = z.strictObject({
  code: z.string(),
  username: z.string(),
  email: z.string().optional(),
  password: z.string(),
  password_again: z.string(),
});
type SetupFields = z.output<typeof SetupForm>;

type Problem = FormRefusal & { readonly field: keyof SetupFields };

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
    response.render(VIEW, { passwordHint: this.policy.hint });
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
    const problem =
      (await this.problemWith(fields, originOf(request).ip)) ?? (await this.create(request, fields));
    if (problem === null) return response.redirect(303, '/login?done=setup');
    const { code, username, email } = fields;
    const model = { code, username, email, passwordHint: this.policy.hint };
    refuseForm({ request, response, view: VIEW, model }, problem);
  }

  /** A code counts as wrong before it is compared, so that parallel ones cannot outrun the count. */
  private async problemWith(
    { code, password, password_again }: SetupFields,
    ip: string,
  ): Promise<Problem | null> {
    const retryAfter = await this.budget.setupCode(ip);
    if (retryAfter !== null) {
      const sentence = `Too many codes were tried. Try again in ${waitInWords(retryAfter)}.`;
      return { field: 'code', sentence, status: 429, retryAfter };
    }
    if (!this.firstStart.isCode(code)) {
      return {
        field: 'code',
        sentence: 'That is not the code. The server printed it when it started; look into its log.',
      };
    }
    await this.budget.rightSetupCode(ip);
    if (password !== password_again) return { field: 'password_again', sentence: PASSWORDS_DIFFER };
    return null;
  }

  private async create(
    request: Request,
    { username, email, password }: SetupFields,
  ): Promise<Problem | null> {
    const wanted = {
      username,
      email: email?.trim() ? email : null,
      password,
      role: 'admin',
      onlyAsFirst: true,
    } as const;
    const done = await this.accounts.create(wanted, originOf(request));
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
