import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { RequireStrengthMark } from '../http/access.js';
import { isSafeMethod } from '../http/cross-site.js';
import { MoreAsked } from '../http/more-asked.js';
import { confirmPageFor, formPageOf, securityPageFor } from '../http/return-to.js';
import { AppConfig } from '../config/app-config.js';
import { Clock } from '../kernel/clock.js';
import { strengthOf } from '../kernel/strength.js';
import { CONFIRM_FIRST, FACTOR_FIRST } from './auth.words.js';

/** Leads people to their second factor before what asks for one, by `@RequireStrength()` or because their role sleeps. */
@Injectable()
export class StrengthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    const wanted = this.reflector.getAllAndOverride(RequireStrengthMark, places);
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request.gatehouse;
    if (wanted === undefined || principal === null) return true;
    const { person, session } = principal;
    const strong = strengthOf(session.amr) >= wanted.strength;
    if (strong && this.clock.now() - session.authenticatedAt < wanted.within) return true;
    throw factorFirst(person.secondFactorAt !== null, pageToComeBackTo(request, this.config.publicUrl));
  }
}

/** To the second factor and back; to adding one, where there is none. */
export function factorFirst(hasFactor: boolean, back: string): MoreAsked {
  return hasFactor
    ? new MoreAsked(403, CONFIRM_FIRST, { kind: '/confirm', next: confirmPageFor(back) })
    : new MoreAsked(403, FACTOR_FIRST, { kind: '/account/security', next: securityPageFor(back) });
}

/** The page itself, or the one with the form. */
export const pageToComeBackTo = ({ method, originalUrl, headers }: Request, publicUrl: string): string =>
  isSafeMethod(method) ? originalUrl : (formPageOf(headers.referer, publicUrl) ?? '/');
