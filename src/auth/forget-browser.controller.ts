import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public, VisitorForm } from '../http/access.js';
import { Site } from '../config/site.js';
import { leaveNotice } from '../http/next-page.js';
import { KnownDevices } from '../throttle/known-devices.js';
import { BROWSER_FORGOTTEN } from './login-notices.js';

/** "Forget this browser", for computers that others use, too. */
@Controller('forget-browser')
export class ForgetBrowserController {
  constructor(
    private readonly devices: KnownDevices,
    private readonly site: Site,
  ) {}

  /** Takes the known device's cookie. Nobody is signed out by it, and where there is none it says the same. */
  @Public()
  @VisitorForm()
  @Post()
  async forget(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.append('Set-Cookie', this.devices.forget());
    if (request.gatehouse.principal === null) return response.redirect(303, '/login?done=browser-forgotten');
    await leaveNotice(request, this.site.home, BROWSER_FORGOTTEN);
    response.redirect(303, this.site.home);
  }
}
