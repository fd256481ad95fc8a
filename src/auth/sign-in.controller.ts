import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public, SentOnce, SetupFirst, VisitorForm } from '../http/access.js';
import { type FieldErrors, fieldErrors } from '../kernel/field-errors.js';
import { form } from '../http/form-body.js';
import { keepForm, leaveNotice } from '../http/next-page.js';
import { pathOf, returnTo } from '../http/return-to.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import { Arrivals } from './arrivals.js';
import { ENTER_LOGIN, ENTER_PASSWORD, WRONG } from './auth.words.js';
import { LocalAuthGuard } from './local-auth.guard.js';
import { LoginPage, type SaidAtLogin } from './login-page.js';
import { loginNotice, NO_COOKIE, noticeOnTheWay, SIGN_IN_FIRST, YOU_ARE_OUT } from './login-notices.js';
import { WayHere } from './way-here.js';
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
    private readonly unsaved: UnsavedForms,
    private readonly way: WayHere,
  ) {}

  /** The front page: for visitors it is the login page. */
  @Public()
  @SetupFirst()
  @Get('/')
  front(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.login(request, response, {});
  }

  @Public()
  @SetupFirst()
  @Get('login')
  async login(@Req() request: Request, @Res() response: Response, @Query() query: LoginQuery): Promise<void> {
    const back = returnTo(query.return_to);
    if (request.gatehouse.principal !== null) return this.goOn(request, response, query);
    this.page.show(request, response, { returnTo: back, ...this.saidTo(request, back, query) });
  }

  @Public()
  @VisitorForm()
  @UseGuards(LocalAuthGuard)
  @SentOnce()
  @Post(['login', 'user'])
  async signIn(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SignInForm)) fields: SignInFields,
  ): Promise<void> {
    const back = returnTo(fields.return_to);
    const waiting = this.unsaved.open(fields.unsaved);
    const unsaved = waiting === null ? null : (fields.unsaved ?? null);
    const typed = { returnTo: back, username: fields.username, remember: fields.remember, unsaved };
    const outcome = request.signInOutcome ?? REFUSED;
    if (outcome.outcome !== 'welcome') {
      const refusal = { ...refusalOf(outcome, WRONG), errors: emptyIn(fields) };
      return this.page.show(request, response, typed, refusal);
    }
    const arrival = { ...outcome, remembered: fields.remember && this.page.offersRemembering };
    if (!(await this.arrivals.welcome(request, response, arrival)))
      return this.page.show(request, response, typed, refusalOf(REFUSED, WRONG));
    this.way.signsIn(request, back ?? this.way.home);
    // What somebody else typed is not this person's to see, nor to know of.
    const own = waiting?.owner === outcome.person.id ? waiting : null;
    const next = own === null ? (back ?? this.way.home) : await keepForm(request, own.page, own.fields);
    response.redirect(303, next);
  }

  /** Somebody who is signed in has nothing to do here; what was to be said to them waits where they go. */
  private async goOn(request: Request, response: Response, query: LoginQuery): Promise<void> {
    const next = returnTo(query.return_to) ?? this.way.home;
    const notice = noticeOnTheWay(query.done);
    // A link on another site could say anything was done.
    const { 'sec-fetch-site': site = 'same-origin' } = request.headers;
    if (notice !== null && request.method === 'GET' && (site === 'same-origin' || site === 'none'))
      await leaveNotice(request, pathOf(next), notice);
    response.redirect(303, next);
  }

  /** What was done before, or else why somebody is here. */
  private saidTo(request: Request, back: string | null, { done }: LoginQuery): SaidAtLogin {
    const notice = loginNotice(done);
    if (notice !== null) return { notice, whyHere: null };
    if (back === null) return { notice: this.way.isSignedOut(request) ? YOU_ARE_OUT : null, whyHere: null };
    return { notice: null, whyHere: this.way.lostCookies(request, back) ? NO_COOKIE : SIGN_IN_FIRST };
  }
}

const REFUSED = { outcome: 'refused' } as const;

/** A field that was left empty is no attempt, and is told at its field. */
const emptyIn = ({ username, password }: SignInFields): FieldErrors | null =>
  fieldErrors({
    username: username === '' ? ENTER_LOGIN : null,
    password: password === '' ? ENTER_PASSWORD : null,
  });
