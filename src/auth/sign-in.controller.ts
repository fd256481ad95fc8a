import { Body, Controller, Get, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public, SentOnce, SetupFirst, VisitorForm } from '../http/access.js';
import { type FieldErrors, fieldErrors } from '../kernel/field-errors.js';
import { form } from '../http/form-body.js';
import { leaveNotice } from '../http/next-page.js';
import { type FormPage, type FormRefusal, refuseForm } from '../http/refused-form.js';
import { pathOf, returnTo } from '../http/return-to.js';
import { wantedPage } from '../http/wanted-page.js';
import { visitOf } from '../http/visit.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import { AfterPassword } from './after-password.adapter.js';
import { ENTER_LOGIN, ENTER_PASSWORD, WRONG } from './auth.words.js';
import { LocalAuthGuard } from './local-auth.guard.js';
import { LOGIN_VIEW, LoginPage, type TypedSignIn } from './login-page.js';
import { noticeOnTheWay } from './login-notices.js';
import { refusalOf } from './refusal.js';
import type { SignInOutcome } from './sign-in.js';
import { type SignInFields, SignInForm } from './sign-in.form.js';

/** What may stand in the address; anything at all, until it is looked at. */
interface LoginQuery {
  readonly return_to?: unknown;
  readonly done?: unknown;
}

/** What is answered. */
type Answering = Pick<FormPage, 'request' | 'response'>;

/** The login page and what its form does. */
@Controller()
export class SignInController {
  constructor(
    private readonly after: AfterPassword,
    private readonly page: LoginPage,
    private readonly unsaved: UnsavedForms,
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
    const back = wantedPage(request, query.return_to);
    if (request.gatehouse.principal !== null) return this.goOn(request, response, query);
    const visit = visitOf(request);
    response.render(
      LOGIN_VIEW,
      this.page.modelFor(visit, { returnTo: back, ...this.page.saidTo(visit, back, query.done) }),
    );
  }

  @Public()
  @VisitorForm()
  @UseGuards(LocalAuthGuard)
  @SentOnce('later')
  @Post(['login', 'user'])
  async signIn(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(SignInForm)) fields: SignInFields,
  ): Promise<void> {
    const back = wantedPage(request, fields.return_to);
    const unsaved = this.unsaved.open(fields.unsaved) === null ? null : (fields.unsaved ?? null);
    const typed = { returnTo: back, username: fields.username, remember: fields.remember, unsaved };
    const outcome = request.signInOutcome ?? REFUSED;
    if (outcome.outcome !== 'welcome') {
      return this.refuse({ request, response }, typed, refusalIn(fields, outcome));
    }
    const remembered = fields.remember && this.page.offersRemembering;
    const next = await this.after.goOn(request, response, { ...outcome, back, unsaved, remembered });
    if (next === null) return this.refuse({ request, response }, typed, refusalOf(REFUSED, WRONG));
    response.redirect(303, next);
  }

  /** Somebody who is signed in has nothing to do here; what was to be said to them waits where they go. */
  private async goOn(request: Request, response: Response, query: LoginQuery): Promise<void> {
    const next = returnTo(query.return_to) ?? this.page.home;
    const notice = noticeOnTheWay(query.done);
    // A link on another site could say anything was done.
    const { 'sec-fetch-site': site = 'same-origin' } = request.headers;
    if (notice !== null && request.method === 'GET' && (site === 'same-origin' || site === 'none'))
      await leaveNotice(request, pathOf(next), notice);
    response.redirect(303, next);
  }

  private refuse({ request, response }: Answering, typed: TypedSignIn, refusal: FormRefusal): void {
    const model = this.page.modelFor(visitOf(request), typed);
    refuseForm({ request, response: response, view: LOGIN_VIEW, model }, refusal);
  }
}

const REFUSED = { outcome: 'refused' } as const;

/** A field that was left empty is no attempt, and is told at its field. */
/** Why a sign-in is refused. Fields that were left empty say so themselves. */
function refusalIn(
  fields: SignInFields,
  outcome: Exclude<SignInOutcome, { outcome: 'welcome' }>,
): FormRefusal {
  const errors = emptyIn(fields);
  return errors === null ? refusalOf(outcome, WRONG) : { status: 401, errors };
}

const emptyIn = ({ username, password }: SignInFields): FieldErrors | null =>
  fieldErrors({
    username: username === '' ? ENTER_LOGIN : null,
    password: password === '' ? ENTER_PASSWORD : null,
  });
