import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { Public, VisitorForm } from '../http/access.js';
import { LinkIsOver } from '../http/link-is-over.js';
import { MailedLink } from '../http/mailed-link.js';
import { originOf } from '../http/request-origin.js';
import { NotMe } from './not-me.js';

/** "This was not me", from a notice. Works without being signed in; only the button acts. */
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
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('token') token: unknown,
  ): Promise<void> {
    if (this.link.swap(token, response)) return;
    if (!(await this.notMe.isGood(this.link.token(request)))) throw new LinkIsOver();
    response.render('recovery/not-me');
  }

  @Public()
  @VisitorForm()
  @Post()
  async report(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!(await this.notMe.report(this.link.token(request), originOf(request)))) throw new LinkIsOver();
    this.link.done(response);
    response.redirect(303, '/login?done=not-me');
  }
}
