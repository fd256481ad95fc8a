import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { NeedsMail, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { tooManyMails } from '../recovery/mail-form.js';
import { NOTHING_TO_SEND, passwordLinkSentTo } from './account.words.js';
import { OwnPassword } from './own-password.js';
import { NO_PASSWORD_VIEW, PASSWORD_PAGE } from './password.controller.js';

/** For people whose password is off: has a link mailed with which they set a new one. */
@NeedsMail()
@Controller('account/password/link')
export class PasswordLinkController {
  constructor(private readonly own: OwnPassword) {}

  @SentOnce()
  @Post()
  async send(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const asked = await this.own.askForOne(person, originOf(request));
    if (asked.outcome === 'too-often') {
      const model = (await this.own.lackOf(person)) ?? {};
      return refuseForm({ request, response, view: NO_PASSWORD_VIEW, model }, tooManyMails(asked.retryAfter));
    }
    const isAsked = asked.outcome === 'asked';
    await leaveNotice(request, PASSWORD_PAGE, isAsked ? passwordLinkSentTo(asked.address) : NOTHING_TO_SEND);
    response.redirect(303, PASSWORD_PAGE);
  }
}
