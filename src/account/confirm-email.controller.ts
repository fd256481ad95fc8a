import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { NeedsMail, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { tooManyMails } from '../recovery/mail-form.js';
import { AskToConfirm } from '../registration/ask-to-confirm.js';
import { confirmationSentTo, NOTHING_TO_CONFIRM } from './account.words.js';
import { ProfilePage } from './profile-page.js';

const PAGE = '/account';

/** Having a link sent to the address that one has, to confirm that it is one's own. */
@NeedsMail()
@Controller('account/email/confirm')
export class ConfirmEmailController {
  constructor(
    private readonly confirmation: AskToConfirm,
    private readonly page: ProfilePage,
  ) {}

  @SentOnce()
  @Post()
  async send(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const asked = await this.confirmation.ask(person);
    if (asked.outcome === 'too-often') {
      const model = { ...(await this.page.modelOf(person)), confirming: true };
      const form = { request, response, view: 'account/profile', model };
      return refuseForm(form, tooManyMails(asked.retryAfter));
    }
    const isAsked = asked.outcome === 'asked';
    await leaveNotice(request, PAGE, isAsked ? confirmationSentTo(asked.address) : NOTHING_TO_CONFIRM);
    response.redirect(303, PAGE);
  }
}
