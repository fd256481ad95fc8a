import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkField, MailedLink } from '../http/mailed-link.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { PASSWORDS_DIFFER, PasswordPolicy } from '../users/password-policy.js';
import { ResetPassword } from './reset-password.js';

const ResetForm = z.strictObject({ link: LinkField, password: z.string(), password_again: z.string() });
type ResetFields = z.output<typeof ResetForm>;

const VIEW = 'recovery/reset';

/** Setting a new password through a mailed link. */
@NeedsMail()
@Controller('reset')
export class ResetController {
  private readonly link: MailedLink;

  constructor(
    config: AppConfig,
    private readonly passwords: ResetPassword,
    private readonly policy: PasswordPolicy,
  ) {
    this.link = new MailedLink(config, '/reset');
  }

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const link = this.link.open(request, response);
    if (link === null) return;
    if (!(await this.passwords.isGood(link.token))) throw this.link.over(request);
    response.render(VIEW, this.model(link.handle));
  }

  @Public()
  @VisitorForm()
  @SentOnce()
  @Post()
  async reset(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ResetForm)) { link: handle, password, password_again: again }: ResetFields,
  ): Promise<void> {
    const link = this.link.of(request, handle);
    const page = { request, response, view: VIEW, model: this.model(link.handle) };
    if (password !== again) return refuseForm(page, { field: 'password_again', sentence: PASSWORDS_DIFFER });
    const done = await this.passwords.reset(link.token, password, originOf(request));
    switch (done.outcome) {
      case 'changed':
        this.link.done(link, response);
        return response.redirect(303, '/login?done=reset');
      case 'refused':
        return refuseForm(page, { field: 'password', sentence: done.sentence });
      case 'gone':
        throw this.link.over(request);
    }
  }

  private model(link: string) {
    return { link, passwordHint: this.policy.hint };
  }
}
