import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { TOKEN_LIFE } from '../credentials/one-time-tokens.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { originOf } from '../http/request-origin.js';
import { durationInWords } from '../pages/time-in-words.js';
import { addressFor } from '../recovery/mail-form.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { Resend } from './resend.js';
import { SentPage } from '../http/sent-page.js';

const ResendForm = z.strictObject({ email: z.string() });
type ResendFields = z.output<typeof ResendForm>;

const VIEW = 'registration/resend';

/** Asking for the confirmation mail again, and where it went. The answer is the same whether anybody waits for one or not. */
@NeedsMail()
@Controller('verify')
export class ResendController {
  constructor(
    private readonly registrations: Resend,
    private readonly budget: MailBudget,
    private readonly sent: SentPage,
    private readonly config: AppConfig,
  ) {}

  @Public()
  @Get('sent')
  showSent(@Req() request: Request, @Res() response: Response): void {
    const lasts = durationInWords(TOKEN_LIFE.register);
    const registers = this.config.registration === 'open';
    response.render('registration/sent', { ...this.sent.read(request), lasts, registers });
  }

  @Public()
  @Get('again')
  show(@Res() response: Response): void {
    response.render(VIEW);
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post('again')
  async again(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ResendForm)) { email }: ResendFields,
  ): Promise<void> {
    const address = await addressFor({ request, response, typed: email, view: VIEW }, () =>
      this.budget.ask(originOf(request)),
    );
    if (address === null) return;
    await request.gatehouse.firstClick.claim();
    await this.registrations.request(address);
    this.sent.show(response, { address: address.display, again: true });
  }
}
