import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { RequireRecentSignIn, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { leaveNotice } from '../http/next-page.js';
import { notTheirs } from '../http/not-theirs.js';
import { originOf } from '../http/request-origin.js';
import { nobodyHere } from '../http/unauthorized.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { SessionList } from '../sessions/session-list.js';
import type { Session } from '../sessions/session-store.js';
import { othersEnded, SESSION_ENDED, TO_END_ONE, TO_END_OTHERS } from './account.words.js';
import { devicesView, PAGE } from './devices.view.js';

/** A person's sessions: see them, end them. What is ended is refused from the next request on. */
@Controller('account/devices')
export class DevicesController {
  constructor(
    private readonly sessions: SessionList,
    private readonly door: FrontDoor,
    private readonly clock: Clock,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('then') then: unknown,
  ): Promise<void> {
    const own = this.ownSession(request);
    const found = await this.sessions.around(own);
    const page = { current: own.publicId, then, now: this.clock.now() };
    response.render('account/devices', devicesView(found, page));
  }

  @RequireRecentSignIn({ form: PAGE, to: TO_END_OTHERS })
  @Post('end-others')
  async endOthers(@Req() request: Request, @Res() response: Response): Promise<void> {
    const count = await this.sessions.endOthers(this.ownSession(request), originOf(request));
    await leaveNotice(request, PAGE, othersEnded(count));
    response.redirect(303, PAGE);
  }

  @RequireRecentSignIn({ form: PAGE, to: TO_END_ONE })
  @SentOnce()
  @Post(':publicId/end')
  async end(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Param('publicId') publicId: string,
  ): Promise<void> {
    if (publicId === request.gatehouse.principal?.session.publicId) {
      await this.door.leave(request, response);
      return response.redirect(303, '/');
    }
    // The name of somebody else's session is no name of one of theirs: the same 404 as any other text.
    const which = { userId: person.id, publicId };
    if (!(await this.sessions.end(which, 'revoked', originOf(request)))) throw notTheirs(request, 'session');
    await leaveNotice(request, PAGE, SESSION_ENDED);
    response.redirect(303, PAGE);
  }

  private ownSession(request: Request): Session {
    const session = this.door.sessionOf(request);
    if (session === null) throw nobodyHere(request);
    return session;
  }
}
