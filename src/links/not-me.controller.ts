import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppConfig } from '../config/app-config.js';
import { NeedsMail, Public, SentOnce, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { LinkField, MailedLink, type OpenedLink } from '../http/mailed-link.js';
import { originOf } from '../http/request-origin.js';
import { NotMe } from '../recovery/not-me.js';

const NotMeForm = z.strictObject({ link: LinkField });
type NotMeFields = z.output<typeof NotMeForm>;

/** "This was not me", from a notice. Works without being signed in; only the button acts. */
@NeedsMail()
@Controller('not-me')
export class NotMeController {
  private readonly link: MailedLink;

  constructor(
    config: AppConfig,
    private readonly notMe: NotMe,
  ) {
    this.link = new MailedLink(config, '/not-me');
  }

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const link = this.link.open(request, response);
    if (link === null) return;
    await this.requireGood(link, request);
    response.render('recovery/not-me', { link: link.handle });
  }

  @Public()
  @VisitorForm()
  @SentOnce('later')
  @Post()
  async report(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(NotMeForm)) { link: handle }: NotMeFields,
  ): Promise<void> {
    const link = this.link.of(request, handle);
    await request.gatehouse.firstClick.claimLink(() => this.requireGood(link, request));
    if (!(await this.notMe.report(link.token, originOf(request)))) throw this.link.over(request);
    this.link.done(link, response);
    response.redirect(303, '/login?done=not-me');
  }

  /** @throws LinkOpensNothing */
  private async requireGood({ token }: OpenedLink, request: Request): Promise<void> {
    if (!(await this.notMe.isGood(token))) throw this.link.over(request);
  }
}
