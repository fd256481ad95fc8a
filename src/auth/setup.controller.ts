import { Body, Controller, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { remark } from '../http/remarks.js';
import { originOf } from '../http/request-origin.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { FirstAccount, type SetupFields } from './first-account.js';
import { FirstStart } from './first-start.js';

const SetupForm = z.strictObject({
  code: z.string(),
  username: z.string(),
  email: z.string().optional(),
  ...CHOSEN_PASSWORD,
});

const VIEW = 'auth/setup';

/** The first account of a production server, for whoever can read the server's log. */
@Controller('setup')
export class SetupController {
  constructor(
    private readonly firstStart: FirstStart,
    private readonly first: FirstAccount,
    private readonly policy: PasswordPolicy,
  ) {}

  @Public()
  @Get()
  async show(@Res() response: Response): Promise<void> {
    await this.requireOpen();
    response.render(VIEW, this.policy.forView);
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async setUp(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SetupForm)) fields: SetupFields,
  ): Promise<void> {
    await this.requireOpen();
    await request.gatehouse.firstClick.claim();
    const done = await this.first.create(fields, originOf(request));
    if (done.outcome === 'created') return response.redirect(303, '/login?done=setup');
    if (done.outcome === 'closed') throw new NotFoundException();
    const { refusal } = done;
    if (refusal.errors?.code !== undefined) remark(request, { event: 'authn_setup_fail', reason: 'code' });
    const { code, username, email } = fields;
    const model = { code, username, email, ...this.policy.forView };
    refuseForm({ request, response, view: VIEW, model }, refusal);
  }

  private async requireOpen(): Promise<void> {
    if (!(await this.firstStart.isSetupOpen())) throw new NotFoundException();
  }
}
