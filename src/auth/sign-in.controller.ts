import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { DEFAULT_PAGE, returnTo } from '../http/return-to.js';
import { wholeSeconds } from '../kernel/durations.js';
import { FrontDoor } from './front-door.js';
import { LocalAuthGuard } from './local-auth.guard.js';
import { LoginPage } from './login-page.js';
import { type SignInFields, SignInForm } from './sign-in.form.js';

/** The login page and what its form does. */
@Controller()
export class SignInController {
  constructor(
    private readonly door: FrontDoor,
    private readonly page: LoginPage,
  ) {}

  /** The front page: for visitors it is the login page. */
  @Public()
  @Get('/')
  front(@Req() request: Request, @Res() response: Response): void {
    this.login(request, response, undefined);
  }

  @Public()
  @Get('login')
  login(@Req() request: Request, @Res() response: Response, @Query('return_to') wanted: unknown): void {
    const back = returnTo(wanted);
    if (request.gatehouse.principal !== null) return response.redirect(303, back ?? DEFAULT_PAGE);
    this.page.show(request, response, { returnTo: back });
  }

  @Public()
  @VisitorForm()
  @UseGuards(LocalAuthGuard)
  @Post(['login', 'user'])
  async signIn(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SignInForm)) fields: SignInFields,
  ): Promise<void> {
    const back = returnTo(fields.return_to);
    const typed = { returnTo: back, username: fields.username, remember: fields.remember };
    const outcome = request.signInOutcome ?? { outcome: 'refused' };
    switch (outcome.outcome) {
      case 'welcome': {
        const arrival = { ...outcome, remembered: fields.remember && this.page.offersRemembering };
        if (await this.door.enter(request, response, arrival))
          return response.redirect(303, back ?? DEFAULT_PAGE);
        return this.page.refuse(request, response, typed);
      }
      case 'refused':
        return this.page.refuse(request, response, typed);
      case 'throttled':
        response.setHeader('Retry-After', wholeSeconds(outcome.retryAfter));
        return this.page.throttled(request, response, typed, outcome.retryAfter);
      case 'busy':
        response.setHeader('Retry-After', wholeSeconds(outcome.retryAfter));
        return this.page.busy(request, response, typed);
    }
  }
}
