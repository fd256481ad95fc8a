import { Body, Controller, Get, type HttpException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkField, MailedLink, type OpenedLink } from '../http/mailed-link.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { ConfirmAddress } from '../registration/confirm-address.js';
import type { Confirmation } from '../registration/confirm-registration.js';
import { registrationClosed } from '../registration/registration-closed.js';
import { RegisteringBrowser } from '../http/registering-browser.js';
import { SignInAtOnce } from './at-once.adapter.js';

const VerifyForm = z.strictObject({
  link: LinkField,
  username: z.string().optional(),
  password: z.string().optional(),
  password_again: z.string().optional(),
});
type VerifyFields = z.output<typeof VerifyForm>;

const VIEW = 'registration/verify';

/** Confirming an address, through a mailed link. */
@NeedsMail()
@Controller('verify')
export class VerifyController {
  private readonly link: MailedLink;
  private readonly browser: RegisteringBrowser;

  constructor(
    private readonly config: AppConfig,
    private readonly addresses: ConfirmAddress,
    private readonly policy: PasswordPolicy,
    private readonly entrance: SignInAtOnce,
  ) {
    this.link = new MailedLink(config, '/verify');
    this.browser = new RegisteringBrowser(config);
  }

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const link = this.link.open(request, response);
    if (link !== null) response.render(VIEW, await this.model(request, link));
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async verify(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(VerifyForm)) { link: handle, username, password, password_again }: VerifyFields,
  ): Promise<void> {
    const link = this.link.of(request, handle);
    await request.gatehouse.firstClick.claimLink(() => this.model(request, link));
    const given = {
      token: link.token,
      browser: this.browser.digests(request),
      username: username ?? null,
      password: password === undefined ? null : { password, password_again },
    };
    const done = await this.addresses.confirm(given, originOf(request));
    if (done.outcome === 'over') throw this.link.over(request);
    if (done.outcome === 'known') throw this.link.known();
    if (done.outcome === 'not-open') throw this.notOpen(request);
    if (done.outcome === 'refused') {
      const model = await this.model(request, link, given);
      return refuseForm({ request, response, view: VIEW, model }, done);
    }
    this.link.done(link, response);
    if (done.outcome === 'address-changed') return response.redirect(303, '/login?done=address');
    if (done.outcome === 'address-confirmed') return response.redirect(303, '/login?done=verified');
    this.browser.clear(done.mark, request, response);
    await this.entrance.goOn(request, response, { ...done, done: 'verified' });
  }

  /** What the page shows: a button, and fields for a password of one's own where the browser is another one. */
  private async model(
    request: Request,
    link: OpenedLink,
    typed: Pick<Confirmation, 'username' | 'password'> | null = null,
  ) {
    const kind = await this.addresses.look(link.token, this.browser.digests(request));
    if (kind.kind === 'over') throw this.link.over(request);
    if (kind.kind === 'known') throw this.link.known();
    if (kind.kind === 'not-open') throw this.notOpen(request);
    const register = kind.kind === 'register';
    return {
      link: link.handle,
      address: kind.address,
      register,
      stored: kind.kind === 'stored',
      // In the browser that registered both were chosen before, but for what cannot stay so.
      choosesPassword: register && (!kind.own || (typed?.password ?? null) !== null),
      choosesName: register && (!kind.own || typed !== null),
      username: typed?.username ?? (register ? kind.username : null),
      ...this.policy.forView,
    };
  }

  /** As at the form of registering: a link that is out waits until it is there again. */
  private notOpen(request: Request): HttpException {
    return registrationClosed(this.config) ?? this.link.over(request);
  }
}
