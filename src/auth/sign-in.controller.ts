import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public, VisitorForm } from '../http/access.js';
import { form } from '../http/form-body.js';
import { DEFAULT_PAGE, returnTo } from '../http/return-to.js';
import { Arrivals } from './arrivals.js';
import { LocalAuthGuard } from './local-auth.guard.js';
import { LoginPage } from './login-page.js';
import { loginNotice } from './login-notices.js';
import { refusalOf } from './refusal.js';
import { type SignInFields, SignInForm } from './sign-in.form.js';

/** What may stand in the address; anything at all, until it is looked at. */
interface LoginQuery {
  readonly return_to?: unknown;
  readonly done?: unknown;
}

/** The login page and what its form does. */
@Controller()
export class SignInController {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly page: LoginPage,
  ) {}

  /** The front page: for visitors it is the login page. */
  @Public()
  @Get('/')
  front(@Req() request: Request, @Res() response: Response): void {
    this.login(request, response, {});
  }

  @Public()
  @Get('login')
  login(@Req() request: Request, @Res() response: Response, @Query() query: LoginQuery): void {
    const back = returnTo(query.return_to);
    if (request.gatehouse.principal !== null) return response.redirect(303, back ?? DEFAULT_PAGE);
    this.page.show(request, response, { returnTo: back, notice: loginNotice(query.done) });
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
    const outcome = request.signInOutcome ?? REFUSED;
    if (outcome.outcome !== 'welcome')
      return this.page.show(request, response, typed, refusalOf(outcome, WRONG));
    const arrival = { ...outcome, remembered: fields.remember && this.page.offersRemembering };
    if (await this.arrivals.welcome(request, response, arrival))
      return response.redirect(303, back ?? DEFAULT_PAGE);
    this.page.show(request, response, typed, refusalOf(REFUSED, WRONG));
  }
}

/** One sentence for an unknown person, a wrong password and a disabled account (ASVS 6.3.8). */
const WRONG = 'Invalid username or password';
const REFUSED = { outcome: 'refused' } as const;
