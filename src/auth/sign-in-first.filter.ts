import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { isSafeMethod } from '../http/cross-site.js';
import { fieldsOf, FormFields } from '../http/form-body.js';
import { FormOwners } from '../http/form-owners.js';
import { loginPageFor, pageOf } from '../http/return-to.js';
import { refuseForm } from '../http/refused-form.js';
import { SignInFirst } from '../http/sign-in-first.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import { visitOf } from '../http/visit.js';
import { wantedPage } from '../http/wanted-page.js';
import { LOGIN_VIEW, LoginPage } from './login-page.js';
import { SIGNED_OUT } from './login-notices.js';

/**
 * Sends visitors to the sign-in form and back. A form that was made for somebody who was signed out meanwhile is
 * not sent on by itself: they are told that nothing was saved, and what they typed goes with the sign-in form.
 */
@Catch(SignInFirst)
@Injectable()
export class SignInFirstFilter implements ExceptionFilter<SignInFirst> {
  constructor(
    private readonly config: AppConfig,
    private readonly owners: FormOwners,
    private readonly unsaved: UnsavedForms,
    private readonly page: LoginPage,
  ) {}

  catch(error: SignInFirst, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (isSafeMethod(request.method)) return response.redirect(303, loginPageFor(request.originalUrl));
    const body: unknown = request.body;
    const from = pageOf(request.headers.referer, this.config.publicUrl);
    // Without the fields of a signed-in page nobody can say that somebody was signed out.
    if (!(body instanceof FormFields) || !('_csrf' in body))
      return response.redirect(303, loginPageFor(from ?? '/'));
    const page = from ?? wantedPage(request, body['return_to']) ?? error.page;
    const unsaved = this.sealed(body, page, error.keeps);
    if (unsaved === null) return response.redirect(303, loginPageFor(page ?? '/', 'ended'));
    const model = this.page.modelFor(visitOf(request), { returnTo: page, unsaved });
    refuseForm({ request, response, view: LOGIN_VIEW, model }, { sentence: SIGNED_OUT });
  }

  /** What may come back to the form's page; null where there is no page, nobody it belongs to, or nothing to keep. */
  private sealed(body: FormFields, page: string | null, keeps: readonly string[]): string | null {
    const owner = this.owners.ownerOf(body);
    if (owner === null || page === null) return null;
    return this.unsaved.seal({ owner, page, fields: fieldsOf(body, keeps) });
  }
}
