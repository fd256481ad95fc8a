import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { NeedsMail, RequireRecentSignIn, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice, takeForm } from '../http/next-page.js';
import { originOf } from '../http/request-origin.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { addressFor } from '../recovery/mail-form.js';
import { PendingEmailChange } from '../registration/pending-email-change.js';
import { RequestEmailChange } from '../registration/request-email-change.js';
import { MailBudget } from '../throttle/mail-budget.js';
import { ADDRESS_STAYS, linkSentTo, NOTHING_TO_CANCEL, TO_CHANGE_ADDRESS } from './account.words.js';

const PAGE = '/account/email';
const VIEW = 'account/email';

const EmailForm = z.strictObject({ email: z.string() });
type EmailFields = z.output<typeof EmailForm>;

/** Changing one's e-mail address. It changes when the new one is confirmed. */
@NeedsMail()
@Controller('account/email')
export class EmailController {
  constructor(
    private readonly changes: RequestEmailChange,
    private readonly budget: MailBudget,
    private readonly pending: PendingEmailChange,
    private readonly door: FrontDoor,
  ) {}

  @RequireRecentSignIn({ to: TO_CHANGE_ADDRESS })
  @Get()
  show(@Req() request: Request, @Res() response: Response): void {
    response.render(VIEW, { email: takeForm(request, PAGE)['email'] ?? '' });
  }

  @RequireRecentSignIn({ form: PAGE, keeps: ['email'], to: TO_CHANGE_ADDRESS })
  @SentOnce()
  @Post()
  async change(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(EmailForm)) { email: typed }: EmailFields,
  ): Promise<void> {
    const email = await addressFor({ request, response, typed, view: VIEW }, ({ key }) =>
      this.budget.spend(key, 'email-change', { account: person.id }),
    );
    if (email === null) return;
    const wanted = { userId: person.id, email, onlyIf: this.door.stillIn(request) };
    if (!(await this.changes.request(wanted, originOf(request)))) throw nobodyHere(request);
    await leaveNotice(request, '/account', linkSentTo(email.display));
    response.redirect(303, '/account');
  }

  /** Takes back what was asked for: the link in the mail is worthless from then on. */
  @SentOnce()
  @Post('cancel')
  async cancel(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const cancelled = await this.pending.cancel(person.id, originOf(request));
    await leaveNotice(request, '/account', cancelled ? ADDRESS_STAYS : NOTHING_TO_CANCEL);
    response.redirect(303, '/account');
  }
}
