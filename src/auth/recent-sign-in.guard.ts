import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { keptFields, type RecentSignIn, RequireRecentSignIn } from '../http/access.js';
import { isSafeMethod } from '../http/cross-site.js';
import { ConfirmFirst } from '../http/confirm-first.js';
import { fieldsOf } from '../http/form-body.js';
import { MoreAsked } from '../http/more-asked.js';
import { confirmPageFor, pageOf } from '../http/return-to.js';
import { keepForm } from '../http/next-page.js';
import { wantsJson, wantsPage } from '../http/wants-json.js';
import { Clock } from '../kernel/clock.js';
import { CONFIRM_FIRST } from './auth.words.js';
import { withThen } from './confirm-reasons.js';
import { isRecentSignIn } from '../sessions/session-policy.js';

/** Sends people whose last full sign-in is not recent to `/confirm` before a sensitive action. */
@Injectable()
export class RecentSignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    const wanted = this.reflector.getAllAndOverride(RequireRecentSignIn, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request.gatehouse;
    if (wanted === undefined || principal === null) return true;
    if (isRecentSignIn(principal.session.authenticatedAt, this.config.session, this.clock.now())) return true;
    const page = this.pageFor(request, wanted);
    if (wantsJson(request) && !wantsPage(request))
      throw new MoreAsked(403, CONFIRM_FIRST, { kind: '/confirm', next: confirmPageFor(page) });
    const typed = fieldsOf(request.body, keptFields(this.reflector, context));
    return this.confirmFirst(request, wanted, { page, typed });
  }

  /** The page itself, or the one with the form. */
  private pageFor(request: Request, { form }: RecentSignIn): string {
    if (form !== undefined) return pageWithForm(form, request);
    const { method, originalUrl, headers } = request;
    return (isSafeMethod(method) ? null : pageOf(headers.referer, this.config.publicUrl)) ?? originalUrl;
  }

  /** Keeps what was typed, and sends the person to confirm; where a form is left to be sent, its page learns which. */
  private async confirmFirst(
    request: Request,
    { form, to }: RecentSignIn,
    { page, typed }: { readonly page: string; readonly typed: Readonly<Record<string, string>> },
  ): Promise<never> {
    const isLink = isSafeMethod(request.method);
    // A page comes back to itself, where all that is left is to look at it.
    if (isLink && form === undefined) throw new ConfirmFirst(page);
    const back = isLink ? page : await keepForm(request, page, typed);
    throw new ConfirmFirst(to === undefined ? back : withThen(back, request.path));
  }
}

/** The page of a form by its mark, where `:id` stands for what the form's own address has there. */
export const pageWithForm = (page: string, { params }: Pick<Request, 'params'>): string =>
  page.replace(/(?<=\/):(\w+)/g, (part, name: string) => {
    const value = params[name];
    return typeof value === 'string' ? encodeURIComponent(value) : part;
  });
