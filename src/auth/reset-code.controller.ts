import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { tooManyMails } from '../recovery/mail-form.js';
import { SecondStepPage } from './second-step-page.js';
import { SendResetCode } from './send-reset-code.js';
import { StepDoor } from './step-door.adapter.js';

const SendForm = z.strictObject({ step: z.string() });
type SendFields = z.output<typeof SendForm>;

/** For people whose second factors were reset: has the code mailed with which they add a new one. */
@NeedsMail()
@Controller('login/second-step/reset-code')
export class ResetCodeController {
  constructor(
    private readonly steps: StepDoor,
    private readonly page: SecondStepPage,
    private readonly sending: SendResetCode,
  ) {}

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async send(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SendForm)) { step }: SendFields,
  ): Promise<void> {
    const waiting = this.steps.find(request, step);
    const shown = await request.gatehouse.firstClick.claimFor(() => this.page.find(waiting));
    if (shown === null) return response.redirect(303, await this.steps.fromTheStart(request, waiting));
    const wait = await this.sending.send(shown.user);
    const model = { ...(await this.page.modelOf(shown)), codeSent: wait === null };
    if (wait === null) return response.status(200).render(shown.view, model);
    refuseForm({ request, response, view: shown.view, model }, tooManyMails(wait));
  }
}
