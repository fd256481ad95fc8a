import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkField, MailedLink, type OpenedLink } from '../http/mailed-link.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { ResetPassword } from '../recovery/reset-password.js';
import { SignInAtOnce } from './at-once.adapter.js';

const ResetForm = z.strictObject({ link: LinkField, ...CHOSEN_PASSWORD });
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
    private readonly entrance: SignInAtOnce,
  ) {
    this.link = new MailedLink(config, '/reset');
  }

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const link = this.link.open(request, response);
    if (link === null) return;
    response.render(VIEW, await this.model(link, request));
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async reset(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(ResetForm)) { link: handle, ...chosen }: ResetFields,
  ): Promise<void> {
    const link = this.link.of(request, handle);
    await request.gatehouse.firstClick.claimLink(() => this.model(link, request));
    const done = await this.passwords.reset(link.token, chosen, originOf(request));
    switch (done.outcome) {
      case 'changed':
        this.link.done(link, response);
        return this.entrance.goOn(request, response, { ...done, done: 'reset' });
      case 'refused':
        return refuseForm({ request, response, view: VIEW, model: await this.model(link, request) }, done);
      case 'gone':
        throw this.link.over(request);
    }
  }

  /** What the page shows: whose password it is as well. @throws LinkOpensNothing */
  private async model({ handle, token }: OpenedLink, request: Request) {
    const user = await this.passwords.look(token);
    if (user === null) throw this.link.over(request);
    return { link: handle, username: user.username, ...this.policy.forView };
  }
}
