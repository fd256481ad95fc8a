import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Site } from '../config/site.js';
import { SentOnce } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { form } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { loginPageFor, returnTo } from '../http/return-to.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { ConfirmPassword } from './confirm-password.js';
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
    private readonly site: Site,
  ) {}

  @Get()
  show(@Res() response: Response, @Query('return_to') wanted: unknown): void {
    response.render(VIEW, { returnTo: returnTo(wanted) });
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
      const renewed = await this.door.renew(request, response, {
        person,
        passwordHash: checked.passwordHash,
        onlyInPlace: true,
      });
      return response.redirect(303, renewed ? (back ?? this.site.home) : loginPageFor(back ?? '/'));
    }
    refuseForm({ request, response, view: VIEW, model: { returnTo: back } }, checked);
  }
}
