import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { originOf } from '../http/request-origin.js';
import { visitOf } from '../http/visit.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { MailAskers } from './mail-asker.js';
import { addressFor } from './mail-form.js';
import { ForgotPassword } from './forgot-password.js';

const ForgotForm = z.strictObject({ email: z.string() });
type ForgotFields = z.output<typeof ForgotForm>;

/** Asking for a link to set a new password. Known and unknown addresses get one and the same answer. */
@NeedsMail()
@Controller('forgot')
export class ForgotController {
  constructor(
    private readonly passwords: ForgotPassword,
    private readonly budget: MailBudget,
    private readonly askers: MailAskers,
  ) {}

  @Public()
  @Get()
  show(@Res() response: Response): void {
    response.render('recovery/forgot');
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async request(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ForgotForm)) { email }: ForgotFields,
  ): Promise<void> {
    const address = await addressFor(
      { request, response, typed: email, view: 'recovery/forgot' },
      async email => this.budget.spend(email.key, 'reset', await this.askers.of(visitOf(request), email)),
    );
    if (address === null) return;
    await request.gatehouse.firstClick.claim();
    await this.passwords.request(address, originOf(request));
    response.redirect(303, '/login?done=forgot');
  }
}
