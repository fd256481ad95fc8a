import { Body, Controller, Get, NotFoundException, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkField, MailedLink, type OpenedLink } from '../http/mailed-link.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { Invitations } from '../registration/invitations.js';
import { SignInAtOnce } from './at-once.adapter.js';

const InviteForm = z.strictObject({ link: LinkField, username: z.string(), ...CHOSEN_PASSWORD });
type InviteFields = z.output<typeof InviteForm>;

const VIEW = 'registration/invite';

/** Accepting an invitation, through a mailed link. */
@NeedsMail()
@Controller('invite')
export class InviteController {
  private readonly link: MailedLink;

  constructor(
    private readonly config: AppConfig,
    private readonly invitations: Invitations,
    private readonly policy: PasswordPolicy,
    private readonly entrance: SignInAtOnce,
  ) {
    this.link = new MailedLink(config, '/invite');
  }

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.requireNotClosed();
    const link = this.link.open(request, response);
    if (link === null) return;
    const address = await this.addressOf(link, request);
    response.render(VIEW, { link: link.handle, address, ...this.policy.forView });
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async accept(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(InviteForm)) fields: InviteFields,
  ): Promise<void> {
    this.requireNotClosed();
    const { username, link: handle, ...password } = fields;
    const link = this.link.of(request, handle);
    await request.gatehouse.firstClick.claimLink(() => this.addressOf(link, request));
    const done = await this.invitations.accept(link.token, { username, password }, originOf(request));
    if (done.outcome === 'created') {
      this.link.done(link, response);
      return this.entrance.goOn(request, response, { ...done, done: 'invited' });
    }
    if (done.outcome === 'over') throw this.link.over(request);
    if (done.outcome === 'known') throw this.link.known();
    const address = await this.addressOf(link, request);
    const model = { link: link.handle, address, username, ...this.policy.forView };
    refuseForm({ request, response, view: VIEW, model }, done);
  }

  /** Whom the invitation went to. @throws LinkOpensNothing where it is no good */
  private async addressOf({ token }: OpenedLink, request: Request): Promise<string> {
    const invitation = await this.invitations.look(token);
    if (invitation.kind === 'good') return invitation.address;
    throw invitation.kind === 'known' ? this.link.known() : this.link.over(request);
  }

  /** Closed is closed: invitations that are out wait until it is not. */
  private requireNotClosed(): void {
    if (this.config.registration === 'closed') throw new NotFoundException();
  }
}
