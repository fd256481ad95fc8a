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
import { NO_PASSWORD, PASSWORD_CHANGED } from './account.words.js';
import { ChangeOwnPassword } from './change-own-password.js';
import { OwnPassword } from './own-password.js';

const PasswordForm = z.strictObject({ current_password: z.string(), ...CHOSEN_PASSWORD });
type PasswordFields = z.output<typeof PasswordForm>;

const VIEW = 'account/password';

/** The page of one's password, and what it is to people who have none. */
export const PASSWORD_PAGE = '/account/password';
export const NO_PASSWORD_VIEW = 'account/no-password';

/** Changing one's password. */
@Controller()
export class PasswordController {
  constructor(
    private readonly passwords: ChangeOwnPassword,
    private readonly policy: PasswordPolicy,
    private readonly door: FrontDoor,
    private readonly own: OwnPassword,
  ) {}

  /** Where password managers look for the page (W3C "A Well-Known URL for Changing Passwords"). */
  @Public()
  @Get('.well-known/change-password')
  @Redirect('/account/password', 303)
  wellKnown(): void {
    return;
  }

  @Get('account/password')
  async show(@Res() response: Response, @CurrentUser() person: CurrentPerson): Promise<void> {
    const lack = await this.own.lackOf(person);
    if (lack === null) response.render(VIEW, this.policy.forView);
    else response.render(NO_PASSWORD_VIEW, lack);
  }

  @SentOnce()
  @Post('account/password')
  async change(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(PasswordForm)) fields: PasswordFields,
  ): Promise<void> {
    const lack = await this.own.lackOf(person);
    if (lack !== null)
      return refuseForm(
        { request, response, view: NO_PASSWORD_VIEW, model: lack },
        { sentence: NO_PASSWORD },
      );
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
