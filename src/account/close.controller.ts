import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { RequireRecentSignIn, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { takeForm } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { originOf } from '../http/request-origin.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { TO_CLOSE } from './account.words.js';
import { CloseAccount } from './close-account.js';

const PAGE = '/account/close';
const VIEW = 'account/close';

const CloseForm = z.strictObject({ username: z.string() });
type CloseFields = z.output<typeof CloseForm>;

/** Closing one's account. */
@Controller('account/close')
export class CloseController {
  constructor(
    private readonly accounts: CloseAccount,
    private readonly door: FrontDoor,
  ) {}

  @RequireRecentSignIn({ to: TO_CLOSE })
  @Get()
  show(@Req() request: Request, @Res() response: Response): void {
    response.render(VIEW, { username: takeForm(request, PAGE)['username'] ?? '' });
  }

  @RequireRecentSignIn({ form: PAGE, keeps: ['username'], to: TO_CLOSE })
  @SentOnce()
  @Post()
  async close(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(CloseForm)) { username }: CloseFields,
  ): Promise<void> {
    const leaver = { person, origin: originOf(request), stillIn: this.door.stillIn(request) };
    const done = await this.accounts.close(leaver, username);
    if (done.outcome === 'signed-out') throw nobodyHere(request);
    if (done.outcome === 'closed') {
      await this.door.leave(request, response);
      return response.redirect(303, '/login?done=closed');
    }
    const errors = { username: done.sentence };
    refuseForm({ request, response, view: VIEW, model: { username } }, { errors });
  }
}
