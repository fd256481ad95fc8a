import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { LOGIN_VIEW } from '../auth/login-page.js';
import { LeadOnward } from '../auth/onward.adapter.js';
import { REMEMBER } from '../auth/sign-in.form.js';
import { Public, VisitorForm } from '../http/access.js';
import { form, MAX_UNSAVED } from '../http/form-body.js';
import { refuseForm } from '../http/refused-form.js';
import { visitOf } from '../http/visit.js';
import { wantedPage } from '../http/wanted-page.js';
import { wholeSeconds } from '../kernel/durations.js';
import { NOT_ACCEPTED, tooManyPasskeys } from './passkeys.words.js';
import { MAX_RESPONSE } from './responses.js';
import { type PasskeySignInOutcome, SignInByPasskey } from './sign-in-by-passkey.js';
import { PasskeySignInPage } from './passkey-sign-in-page.js';

const PasskeyForm = z.strictObject({
  /** What the browser gave the page's script, as JSON. */
  credential: z.string(),
  remember: REMEMBER,
  return_to: z.string().optional(),
  unsaved: z.string().optional(),
});
type PasskeyFields = z.output<typeof PasskeyForm>;

/** Signing in with a passkey: what the browser brings. */
@Controller('login/passkey')
export class PasskeySignInController {
  constructor(
    private readonly signIn: SignInByPasskey,
    private readonly door: FrontDoor,
    private readonly onward: LeadOnward,
    private readonly page: PasskeySignInPage,
  ) {}

  @Public()
  @VisitorForm()
  @Post()
  async answer(
    @Req() request: Request,
    @Res() response: Response,
    @Body(form(PasskeyForm, { limit: MAX_RESPONSE + MAX_UNSAVED })) fields: PasskeyFields,
  ): Promise<void> {
    const { credential, remember } = fields;
    const back = wantedPage(request, fields.return_to);
    const known = this.page.of(visitOf(request), remember);
    const done = await this.signIn.attempt(this.door.entrantOf(request), { credential, ...known });
    if (done.outcome !== 'welcome') return this.refuse(request, response, fields, done);
    response.append('Set-Cookie', this.page.done);
    const way = { entry: done.entry, back, unsaved: fields.unsaved ?? null };
    response.redirect(303, await this.onward.letIn(request, response, way));
  }

  /** The sign-in page once more, with what it was to lead to. */
  private refuse(
    request: Request,
    response: Response,
    fields: PasskeyFields,
    done: Exclude<PasskeySignInOutcome, { outcome: 'welcome' }>,
  ): void {
    const model = this.page.modelFor(visitOf(request), fields);
    const shown = { request, response, view: LOGIN_VIEW, model };
    if (done.outcome === 'refused') return refuseForm(shown, { status: 401, sentence: NOT_ACCEPTED });
    // Not as what the page's script counts down: it would keep people from their password.
    response.setHeader('Retry-After', wholeSeconds(done.retryAfter));
    refuseForm(shown, { status: 429, sentence: tooManyPasskeys(done.retryAfter) });
  }
}
