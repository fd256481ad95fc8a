import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { type RecentSignIn, RequireRecentSignIn } from '../http/access.js';
import { isSafeMethod } from '../http/cross-site.js';
import { ConfirmFirst } from '../http/confirm-first.js';
import { fieldsOf } from '../http/form-body.js';
import { MoreAsked } from '../http/more-asked.js';
import { confirmPageFor } from '../http/return-to.js';
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
    if (wantsJson(request) && !wantsPage(request)) {
      const next = confirmPageFor(wanted.form ?? request.originalUrl);
      throw new MoreAsked(403, CONFIRM_FIRST, { kind: '/confirm', next });
    }
    return this.confirmFirst(request, wanted);
  }

  /** Keeps what was typed, and sends the person to confirm; where a form is left to be sent, its page learns which. */
  private async confirmFirst(request: Request, { form, keeps, to }: RecentSignIn): Promise<never> {
    const page = form ?? request.originalUrl;
    const isLink = isSafeMethod(request.method);
    // A page comes back to itself, where all that is left is to look at it.
    if (isLink && form === undefined) throw new ConfirmFirst(page);
    const back = isLink ? page : await keepForm(request, page, fieldsOf(request.body, keeps ?? []));
    throw new ConfirmFirst(to === undefined ? back : withThen(back, request.path));
  }
}
