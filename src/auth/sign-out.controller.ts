import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../http/access.js';
import { FrontDoor } from './front-door.js';

/** What the browser throws away at sign-out: what Back would show, and what scripts stored (ASVS 14.3.1). */
const CLEAR_SITE_DATA = '"cache","cookies","storage"';

/** Signing out. */
@Controller('logout')
export class SignOutController {
  constructor(private readonly door: FrontDoor) {}

  @Public()
  @Post()
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.door.leave(request, response);
    response.setHeader('Clear-Site-Data', CLEAR_SITE_DATA);
    response.redirect(303, '/');
  }

  /**
   * The site's own link signs out. A link or an image on another site must not: it gets a page that asks.
   */
  @Public()
  @Get()
  async followLink(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { 'sec-fetch-site': site, origin } = request.headers;
    const ownLink = site === 'same-origin' || site === 'none' || (site === undefined && origin === undefined);
    if (request.method === 'GET' && ownLink && !isSpeculative(request))
      return this.signOut(request, response);
    response.render('auth/logout');
  }
}

/** Browsers and their extensions fetch what somebody may be about to open; nobody has asked for it yet. */
const isSpeculative = ({ headers }: Request): boolean =>
  [headers['sec-purpose'], headers['purpose'], headers['x-moz']].some(value =>
    /pre(fetch|render)/.test(String(value)),
  );
