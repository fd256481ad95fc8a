import { Body, Controller, Get, HttpException, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { Public, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkIsOver } from '../http/link-is-over.js';
import { MailedLink } from '../http/mailed-link.js';
import { originOf } from '../http/request-origin.js';
import { wantsJson } from '../http/wants-json.js';
import { PASSWORDS_DIFFER, PasswordPolicy } from '../users/password-policy.js';
import { ResetPassword } from './reset-password.js';

const ResetForm = z.strictObject({ password: z.string(), password_again: z.string() });
type ResetFields = z.output<typeof ResetForm>;

/** Setting a new password through a mailed link. */
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
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('token') token: unknown,
  ): Promise<void> {
    if (this.link.swap(token, response)) return;
    if (!(await this.passwords.isGood(this.link.token(request)))) throw new LinkIsOver();
    response.render('recovery/reset', { passwordHint: this.policy.hint });
  }

  @Public()
  @VisitorForm()
  @Post()
  async reset(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ResetForm)) fields: ResetFields,
  ): Promise<void> {
    const { password, password_again: again } = fields;
    if (password !== again) {
      return this.again(request, response, 'password_again', PASSWORDS_DIFFER);
    }
    const done = await this.passwords.reset(this.link.token(request), password, originOf(request));
    switch (done.outcome) {
      case 'changed':
        this.link.done(response);
        return response.redirect(303, '/login?done=reset');
      case 'refused':
        return this.again(request, response, 'password', done.sentence);
      case 'gone':
        throw new LinkIsOver();
    }
  }

  private again(request: Request, response: Response, field: keyof ResetFields, error: string): void {
    if (wantsJson(request)) throw new HttpException(error, 422);
    const errors = { [field]: error };
    response.status(422).render('recovery/reset', { passwordHint: this.policy.hint, errors, error });
  }
}
