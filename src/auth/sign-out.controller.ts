import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../http/access.js';
import { visitOf } from '../http/visit.js';
import { FrontDoor } from './front-door.adapter.js';
import { KnownDevices } from '../throttle/known-devices.js';

/** Signing out. */
@Controller('logout')
export class SignOutController {
  constructor(
    private readonly door: FrontDoor,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * Ends the session and takes our cookies by name, but for the known device's. No `Clear-Site-Data`: it takes the
   * cookies of every application on the registrable domain, and seconds in a browser with a full cache. What Back would
   * show is in no cache (`no-store`, ASVS 14.3.2).
   */
  @Public()
  @Post()
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.door.leave(request, response);
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
    response.render('auth/logout', { forgets: this.devices.hasVisited(visitOf(request)) });
  }
}

/** Browsers and their extensions fetch what somebody may be about to open; nobody has asked for it yet. */
const isSpeculative = ({ headers }: Request): boolean =>
  [headers['sec-purpose'], headers['purpose'], headers['x-moz']].some(value =>
    /pre(fetch|render)/.test(String(value)),
  );
