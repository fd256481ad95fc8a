import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { isOpen, SentOnceMark } from '../http/access.js';
import { sessionOf } from './sent-form.adapter.js';
import { FirstClicks } from './first-clicks.adapter.js';

/**
 * Answers the second of two clicks on a button like the first, on routes marked `@SentOnce()`. It stands behind the
 * cross-site guard and before all others: a first click may have ended the session that the second came with.
 */
@Injectable()
export class SentOnceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clicks: FirstClicks,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<true> {
    const mark = this.reflector.get(SentOnceMark, context.getHandler());
    if (mark === undefined) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    // Whom the next guard turns away does nothing.
    const claims = mark === 'at once' && (sessionOf(request) !== null || isOpen(this.reflector, context));
    return this.meet(request, response, claims);
  }

  private async meet(request: Request, response: Response, claims: boolean): Promise<true> {
    await this.clicks.meet(request, response);
    const click = this.clicks.of(request, response);
    if (claims) await click.claim();
    else request.gatehouse.firstClick = click;
    return true;
  }
}
