import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { isOpen, keptFields, RequireGroupMark, RequireRecentSignIn, RequireRole } from '../http/access.js';
import { SignInFirst } from '../http/sign-in-first.js';
import { SuspiciousRequest } from '../http/suspicious-request.js';
import { wantsJson } from '../http/wants-json.js';
import { AppConfig } from '../config/app-config.js';
import { pageWithForm } from './recent-sign-in.guard.js';
import { leadToFactor } from './strength.guard.js';
import { NOT_ALLOWED } from './auth.words.js';

/**
 * Closes every route to visitors, unless it is marked `@Public()`, and to people without the role that
 * `@RequireRole()` asks for, or in none of the groups of `@RequireGroup()`. Whoever forgets a mark has a closed route,
 * not an open one (ASVS 8.2.1).
 */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    if (isOpen(this.reflector, context)) return true;
    const places = [context.getHandler(), context.getClass()];
    const role = this.reflector.getAllAndOverride(RequireRole, places);
    const groups = this.reflector.getAllAndOverride(RequireGroupMark, places);
    const request = context.switchToHttp().getRequest<Request>();
    const { principal } = request.gatehouse;
    if (principal === null) {
      if (wantsJson(request)) throw new UnauthorizedException();
      const recently = this.reflector.getAllAndOverride(RequireRecentSignIn, places);
      const page = recently?.form === undefined ? null : pageWithForm(recently.form, request);
      throw new SignInFirst(keptFields(this.reflector, context), page);
    }
    const { person } = principal;
    // Not in force as long as nobody has shown a second factor: there is a way on.
    if (role !== undefined && principal.dormantRole === role)
      return leadToFactor(request, keptFields(this.reflector, context), this.config.publicUrl);
    if (role !== undefined && person.role !== role) throw refused('role');
    if (groups !== undefined && !groups.some(name => person.groups.includes(name))) throw refused('group');
    return true;
  }
}

const refused = (lacking: 'role' | 'group'): SuspiciousRequest =>
  new SuspiciousRequest(403, NOT_ALLOWED, 'authz_fail', lacking);
