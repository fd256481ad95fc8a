import { Body, Controller, Get, Post, Redirect, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { Public, SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { CHOSEN_PASSWORD, PasswordPolicy } from '../users/password-policy.js';
import { PASSWORD_CHANGED } from './account.words.js';
import { ChangeOwnPassword } from './change-own-password.js';

const PasswordForm = z.strictObject({ current_password: z.string(), ...CHOSEN_PASSWORD });
type PasswordFields = z.output<typeof PasswordForm>;

const VIEW = 'account/password';

/** Changing one's password. */
@Controller()
export class PasswordController {
  constructor(
    private readonly passwords: ChangeOwnPassword,
    private readonly policy: PasswordPolicy,
    private readonly door: FrontDoor,
  ) {}

  /** Where password managers look for the page (W3C "A Well-Known URL for Changing Passwords"). */
  @Public()
  @Get('.well-known/change-password')
  @Redirect('/account/password', 303)
  wellKnown(): void {
    return;
  }

  @Get('account/password')
  show(@Res() response: Response): void {
    response.render(VIEW, this.policy.forView);
  }

  @SentOnce()
  @Post('account/password')
  async change(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(PasswordForm)) fields: PasswordFields,
  ): Promise<void> {
    const { current_password: current, ...chosen } = fields;
    const done = await this.passwords.change(this.door.entrantOf(request), { person, current, chosen });
    if (done.outcome === 'changed') {
      if (done.entry !== null) await this.door.letIn(request, response, done.entry);
      await leaveNotice(request, '/account', PASSWORD_CHANGED);
      return response.redirect(303, '/account');
    }
    // It is emptied whatever is wrong: there people have to begin again.
    const model = { ...this.policy.forView, cursor: 'current_password' };
    refuseForm({ request, response, view: VIEW, model }, done);
  }
}
