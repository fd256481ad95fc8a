import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { loginPageFor, pathOf } from '../http/return-to.js';
import { wantedPage } from '../http/wanted-page.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { nowYouCan } from './auth.words.js';
import { ConfirmPassword } from './confirm-password.js';
import { ConfirmPage } from './confirm-page.js';
import { ConfirmReasons, thenOf } from './confirm-reasons.js';
import { MAX_SECOND_STEP, SECOND_STEP_FIELDS } from './second-step.form.js';
import { FrontDoor } from './front-door.adapter.js';

const ConfirmForm = z.strictObject({
  password: z.string().default(''),
  return_to: z.string().optional(),
  ...SECOND_STEP_FIELDS,
});
type ConfirmFields = z.output<typeof ConfirmForm>;

const VIEW = 'auth/confirm';

/** Recent sign-in: asks for the password again before something sensitive. */
@Controller('confirm')
export class ConfirmController {
  constructor(
    private readonly confirm: ConfirmPassword,
    private readonly door: FrontDoor,
    private readonly reasons: ConfirmReasons,
    private readonly page: ConfirmPage,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Query('return_to') wanted: unknown,
  ): Promise<void> {
    response.render(VIEW, await this.model(person, wantedPage(request, wanted)));
  }

  @SentOnce()
  @Post()
  async check(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(ConfirmForm, { limit: MAX_SECOND_STEP })) { return_to: wanted, ...fields }: ConfirmFields,
  ): Promise<void> {
    const back = wantedPage(request, wanted);
    const checked = await this.confirm.renew(this.door.entrantOf(request), person, fields);
    if (checked.outcome === 'confirmed') {
      if (checked.entry === null) return response.redirect(303, loginPageFor(back ?? '/'));
      await this.door.letIn(request, response, checked.entry);
      if (back !== null) await this.sayWhatIsLeft(request, back);
      return response.redirect(303, back ?? this.page.home);
    }
    refuseForm({ request, response, view: VIEW, model: await this.model(person, back) }, checked);
  }

  private async model(person: CurrentPerson, back: string | null) {
    const to = back === null ? null : this.reasons.of(back);
    return { returnTo: back, to, ...(await this.page.offersTo(person)) };
  }

  /** The form that somebody was on their way with was not sent: they may think that all is done. */
  private async sayWhatIsLeft(request: Request, back: string): Promise<void> {
    const to = this.reasons.of(back);
    if (to === null || thenOf(back) === null) return;
    await leaveNotice(request, pathOf(back), nowYouCan(to));
  }
}
