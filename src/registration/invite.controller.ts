import {
  Body,
  Controller,
  Get,
  HttpException,
  NotFoundException,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
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
import { Invitations } from './invitations.js';

const InviteForm = z.strictObject({ username: z.string(), password: z.string(), password_again: z.string() });
type InviteFields = z.output<typeof InviteForm>;

/** Accepting an invitation, through a mailed link. */
@Controller('invite')
export class InviteController {
  private readonly link: MailedLink;

  constructor(
    private readonly config: AppConfig,
    private readonly invitations: Invitations,
    private readonly policy: PasswordPolicy,
  ) {
    this.link = new MailedLink(config, '/invite');
  }

  @Public()
  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('token') token: unknown,
  ): Promise<void> {
    this.requireNotClosed();
    if (this.link.swap(token, response)) return;
    const address = await this.invitations.addressOf(this.link.token(request));
    if (address === null) throw new LinkIsOver();
    response.render('registration/invite', { address, passwordHint: this.policy.hint });
  }

  @Public()
  @VisitorForm()
  @Post()
  async accept(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(InviteForm)) fields: InviteFields,
  ): Promise<void> {
    this.requireNotClosed();
    const { username, password, password_again: again } = fields;
    const token = this.link.token(request);
    const done =
      password === again
        ? await this.invitations.accept(token, { username, password }, originOf(request))
        : ({
            outcome: 'refused',
            field: 'password_again',
            sentence: PASSWORDS_DIFFER,
          } as const);
    const address = await this.invitations.addressOf(token);
    if (done.outcome === 'accepted') {
      this.link.done(response);
      return response.redirect(303, '/login?done=invited');
    }
    if (done.outcome !== 'refused' || address === null) throw new LinkIsOver();
    const { field, sentence: error } = done;
    if (wantsJson(request)) throw new HttpException(error, 422);
    const model = { address, username, passwordHint: this.policy.hint, error, errors: { [field]: error } };
    response.status(422).render('registration/invite', model);
  }

  /** Closed is closed: invitations that are out wait until it is not. */
  private requireNotClosed(): void {
    if (this.config.registration === 'closed') throw new NotFoundException();
  }
}
