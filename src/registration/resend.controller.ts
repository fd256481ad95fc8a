import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { originOf } from '../http/request-origin.js';
import { addressFor } from '../recovery/mail-form.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { Resend } from './resend.js';

const ResendForm = z.strictObject({ email: z.string() });
type ResendFields = z.output<typeof ResendForm>;

const VIEW = 'registration/resend';

/** Asking for the confirmation mail again. The answer is the same whether anybody waits for one or not. */
@NeedsMail()
@Controller('verify/again')
export class ResendController {
  constructor(
    private readonly registrations: Resend,
    private readonly budget: MailBudget,
  ) {}

  @Public()
  @Get()
  show(@Res() response: Response): void {
    response.render(VIEW);
  }

  @Public()
  @VisitorForm()
  @SentOnce()
  @Post()
  async again(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ResendForm)) { email }: ResendFields,
  ): Promise<void> {
    const address = await addressFor({ request, response, typed: email, view: VIEW }, () =>
      this.budget.ask(originOf(request)),
    );
    if (address === null) return;
    await this.registrations.request(address);
    response.redirect(303, '/login?done=registered');
  }
}
