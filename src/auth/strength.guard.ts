import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { keptFields, RequireStrengthMark } from '../http/access.js';
import { isSafeMethod } from '../http/cross-site.js';
import { fieldsOf } from '../http/form-body.js';
import { MoreAsked } from '../http/more-asked.js';
import { keepForm, leaveNotice } from '../http/next-page.js';
import { confirmPageFor, formPageOf, securityPageFor } from '../http/return-to.js';
import { wantsJson } from '../http/wants-json.js';
import { AppConfig } from '../config/app-config.js';
import { Clock } from '../kernel/clock.js';
import { strengthOf } from '../kernel/strength.js';
import { CONFIRM_FIRST, FACTOR_FIRST, NOT_TAKEN_YET } from './auth.words.js';

/** Leads people to their second factor before what asks for one, by `@RequireStrength()` or because their role sleeps. */
@Injectable()
export class StrengthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    const places = [context.getHandler(), context.getClass()];
    const wanted = this.reflector.getAllAndOverride(RequireStrengthMark, places);
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request.gatehouse;
    if (wanted === undefined || principal === null) return true;
    const { session } = principal;
    const strong = strengthOf(session.amr) >= wanted.strength;
    if (strong && this.clock.now() - session.authenticatedAt < wanted.within) return true;
    return leadToFactor(request, keptFields(this.reflector, context), this.config.publicUrl);
  }
}

/**
 * Leads somebody to the second factor and back; to adding one, where there is none. What they typed waits meanwhile.
 * @param keeps the fields that are no secrets. @throws MoreAsked, Unavailable
 */
export async function leadToFactor(
  request: Request,
  keeps: readonly string[],
  publicUrl: string,
): Promise<never> {
  const back = await pageToComeBackTo(request, keeps, publicUrl);
  throw factorFirst((request.gatehouse.principal?.person.secondFactorAt ?? null) !== null, back);
}

/** To the second factor and back; to adding one, where there is none. */
export function factorFirst(hasFactor: boolean, back: string): MoreAsked {
  return hasFactor
    ? new MoreAsked(403, CONFIRM_FIRST, { kind: '/confirm', next: confirmPageFor(back) })
    : new MoreAsked(403, FACTOR_FIRST, { kind: '/account/security', next: securityPageFor(back) });
}

/** The page itself, or the one with the form, which says that it was not taken, and has again what was typed. */
async function pageToComeBackTo(
  request: Request,
  keeps: readonly string[],
  publicUrl: string,
): Promise<string> {
  if (isSafeMethod(request.method)) return request.originalUrl;
  const page = formPageOf(request.headers.referer, publicUrl);
  if (page === null || wantsJson(request)) return page ?? '/';
  await leaveNotice(request, page, NOT_TAKEN_YET);
  return keepForm(request, page, fieldsOf(request.body, keeps));
}
