import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Site } from '../config/site.js';
import { SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { refuseForm } from '../http/refused-form.js';
import { loginPageFor, pathOf, returnTo } from '../http/return-to.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { nowYouCan } from './auth.words.js';
import { ConfirmPassword } from './confirm-password.js';
import { ConfirmReasons, thenOf } from './confirm-reasons.js';
import { FrontDoor } from './front-door.js';

const ConfirmForm = z.strictObject({ password: z.string(), return_to: z.string().optional() });
type ConfirmFields = z.output<typeof ConfirmForm>;

const VIEW = 'auth/confirm';

/** Recent sign-in: asks for the password again before something sensitive. */
@Controller('confirm')
export class ConfirmController {
  constructor(
    private readonly confirm: ConfirmPassword,
    private readonly door: FrontDoor,
    private readonly reasons: ConfirmReasons,
    private readonly site: Site,
  ) {}

  @Get()
  show(@Res() response: Response, @Query('return_to') wanted: unknown): void {
    response.render(VIEW, this.model(returnTo(wanted)));
  }

  @SentOnce()
  @Post()
  async check(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
    @Body(form(ConfirmForm)) fields: ConfirmFields,
  ): Promise<void> {
    const back = returnTo(fields.return_to);
    const checked = await this.confirm.check(request, person, fields.password);
    if (checked.outcome === 'confirmed') {
      const renewed = await this.door.renew(request, response, { person, proof: checked.proof });
      if (!renewed) return response.redirect(303, loginPageFor(back ?? '/'));
      if (back !== null) await this.sayWhatIsLeft(request, back);
      return response.redirect(303, back ?? this.site.home);
    }
    const { status, sentence } = checked;
    const wrong = status === 401 ? { status, errors: { password: sentence } } : checked;
    refuseForm({ request, response, view: VIEW, model: this.model(back) }, wrong);
  }

  private model(back: string | null) {
    return { returnTo: back, to: back === null ? null : this.reasons.of(back) };
  }

  /** The form that somebody was on their way with was not sent: they may think that all is done. */
  private async sayWhatIsLeft(request: Request, back: string): Promise<void> {
    const to = this.reasons.of(back);
    if (to === null || thenOf(back) === null) return;
    await leaveNotice(request, pathOf(back), nowYouCan(to));
  }
}
