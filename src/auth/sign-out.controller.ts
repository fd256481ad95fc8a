import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Catalogue } from '../applications/catalogue.js';
import { AppConfig } from '../config/app-config.js';
import { Public } from '../http/access.js';
import { comesFromElsewhere, isEmbedded } from '../http/cross-site.js';
import { visitOf } from '../http/visit.js';
import { SOME_APPLICATION } from './auth.words.js';
import { FrontDoor } from './front-door.adapter.js';
import { KnownDevices } from '../throttle/known-devices.js';

/** Signing out. */
@Controller('logout')
export class SignOutController {
  constructor(
    private readonly door: FrontDoor,
    private readonly devices: KnownDevices,
    private readonly config: AppConfig,
    private readonly catalogue: Catalogue,
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
   * The site's own link signs out, and so does the address bar. A link or an image on another site must not: it gets a page
   * that asks, and so does a picture, a frame or a script in a page of our own. What says nothing of where it comes from signs
   * out: curl, old browsers, browsers over plain http. With `?ask=APPLICATION` it asks whoever comes: who has left one application
   * has not said that all should end.
   */
  @Public()
  @Get()
  async followLink(@Req() request: Request, @Res() response: Response): Promise<void> {
    const goes = request.method === 'GET' && !isEmbedded(request.headers) && !isSpeculative(request);
    if (goes && !('ask' in request.query) && !comesFromElsewhere(request.headers, this.config.publicUrl))
      return this.signOut(request, response);
    const left = await this.leftIn(request.query['ask']);
    response.render('auth/logout', { forgets: this.devices.hasVisited(visitOf(request)), left });
  }

  /** What the application is called that somebody has just left; null for none. By its name alone, or a link could say anything. */
  private async leftIn(asked: unknown): Promise<string | null> {
    if (asked === undefined) return null;
    return (await this.catalogue.current()).named(String(asked))?.label ?? SOME_APPLICATION;
  }
}

/** Browsers and their extensions fetch what somebody may be about to open; nobody has asked for it yet. */
const isSpeculative = ({ headers }: Request): boolean =>
  [headers['sec-purpose'], headers['purpose'], headers['x-moz']].some(value =>
    /pre(fetch|render)/.test(String(value)),
  );
