import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SentOnce } from '../../http/access.js';
import { CurrentUser } from '../../http/current-person.js';
import { leaveNotice } from '../../http/next-page.js';
import { originOf } from '../../http/request-origin.js';
import type { CurrentPerson } from '../../kernel/principal.js';
import { LostFactors } from '../../second-factor/lost-factors.js';
import { NOTHING_DONE, RESET_STOPPED } from './security.words.js';
import { SECURITY } from './security-page.js';

/** "This was not me", of a reset of one's second factors: from any session, at once. */
@Controller('account/security/reset')
export class FactorResetController {
  constructor(private readonly lost: LostFactors) {}

  @SentOnce()
  @Post('cancel')
  async cancel(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const stopped = await this.lost.cancel(person.id, originOf(request), 'session');
    await leaveNotice(request, SECURITY, stopped ? RESET_STOPPED : NOTHING_DONE);
    response.redirect(303, SECURITY);
  }
}
