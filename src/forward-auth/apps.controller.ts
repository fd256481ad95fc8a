import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { RequireRecentSignIn, SentOnce } from '../http/access.js';
import { CurrentUser, principalOf } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { notTheirs } from '../http/not-theirs.js';
import { originOf } from '../http/request-origin.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { SessionList } from '../sessions/session-list.js';
import { APPS_PAGE, reachOf } from './apps-entries.js';
import { AppsPage } from './apps-page.js';
import { EndHolding } from './end-holding.js';
import { HeldByPerson } from './held-by-person.js';
import { ended, TO_END_SIGN_IN, TOKEN_ENDED } from './forward-auth.words.js';

const EndForm = z.strictObject({ sign_in: z.string(), origin: z.string() });

/** What lets a person into applications: see it, end it. What is ended is refused from the next request on. */
@Controller('account/apps')
export class AppsController {
  constructor(
    private readonly page: AppsPage,
    private readonly held: HeldByPerson,
    private readonly ending: EndHolding,
    private readonly sessions: SessionList,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('then') then: unknown,
  ): Promise<void> {
    response.render('account/apps', await this.page.of(principalOf(request), then));
  }

  @SentOnce()
  @Post('end')
  async end(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(EndForm)) { sign_in: signInId, origin }: z.output<typeof EndForm>,
  ): Promise<void> {
    const those = (await this.held.openedFrom(person.id, signInId)).filter(one => one.origin === origin);
    if (!(await this.ending.opened(person.id, { signInId, origin }, originOf(request))))
      throw notTheirs(request, 'application-session');
    return leave(request, response, ended(reachOf(those)));
  }

  @RequireRecentSignIn({ form: APPS_PAGE, to: TO_END_SIGN_IN })
  @SentOnce()
  @Post('sign-ins/:publicId/end')
  async endSignIn(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Param('publicId') publicId: string,
  ): Promise<void> {
    const reached = await this.held.openedFrom(person.id, publicId);
    const which = { userId: person.id, publicId };
    if (!(await this.sessions.end(which, 'revoked', originOf(request)))) throw notTheirs(request, 'session');
    return leave(request, response, ended(reachOf(reached)));
  }

  @SentOnce()
  @Post('tokens/:id/end')
  async endToken(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Param('id') id: string,
  ): Promise<void> {
    if (!(await this.ending.token(person.id, id, originOf(request)))) throw notTheirs(request, 'token');
    return leave(request, response, TOKEN_ENDED);
  }
}

async function leave(request: Request, response: Response, sentence: string): Promise<void> {
  await leaveNotice(request, APPS_PAGE, sentence);
  response.redirect(303, APPS_PAGE);
}
