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
import { ConfirmAddress } from './confirm-address.js';
import { RegisteringBrowser } from './registering-browser.js';

const optional = z
  .string()
  .optional()
  .transform(value => value ?? null);

const VerifyForm = z.strictObject({
  username: optional,
  password: optional,
  password_again: optional,
});
type VerifyFields = z.output<typeof VerifyForm>;

/** Confirming an address, through a mailed link. */
@Controller('verify')
export class VerifyController {
  private readonly link: MailedLink;
  private readonly browser: RegisteringBrowser;

  constructor(
    config: AppConfig,
    private readonly addresses: ConfirmAddress,
    private readonly policy: PasswordPolicy,
  ) {
    this.link = new MailedLink(config, '/verify');
    this.browser = new RegisteringBrowser(config);
  }

  @Public()
  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('token') token: unknown,
  ): Promise<void> {
    if (this.link.swap(token, response)) return;
    await this.form(request, response, {});
  }

  @Public()
  @VisitorForm()
  @Post()
  async verify(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(VerifyForm)) { username, password, password_again: again }: VerifyFields,
  ): Promise<void> {
    const differ = {
      username,
      field: 'password_again',
      sentence: PASSWORDS_DIFFER,
    };
    if (password !== again) return this.form(request, response, differ);
    const given = {
      token: this.link.token(request),
      browser: this.browser.digest(request),
      username,
      password,
    };
    const done = await this.addresses.confirm(given, originOf(request));
    if (done.outcome === 'over') throw new LinkIsOver();
    if (done.outcome === 'refused') return this.form(request, response, { username, ...done });
    this.link.done(response);
    this.browser.clear(response);
    response.redirect(303, done.outcome === 'registered' ? '/login?done=verified' : '/login?done=address');
  }

  /** The page with the button, and with a password of one's own where the browser is another one. */
  private async form(
    request: Request,
    response: Response,
    { username, field, sentence }: { username?: string | null; field?: string; sentence?: string },
  ): Promise<void> {
    const kind = await this.addresses.look(this.link.token(request), this.browser.digest(request));
    if (kind.kind === 'over') throw new LinkIsOver();
    if (sentence !== undefined && wantsJson(request)) throw new HttpException(sentence, 422);
    const register = kind.kind === 'register';
    response.status(sentence === undefined ? 200 : 422).render('registration/verify', {
      address: kind.address,
      register,
      choosesPassword: register && !kind.own,
      choosesName: register && (!kind.own || field === 'username'),
      username: username ?? (register ? kind.username : null),
      passwordHint: this.policy.hint,
      error: sentence ?? null,
      errors: field === undefined ? {} : { [field]: sentence },
    });
  }
}
