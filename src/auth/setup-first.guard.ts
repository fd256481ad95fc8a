import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { SetupFirstMark } from '../http/access.js';
import { ComeBack } from '../http/come-back.js';
import { wantsJson } from '../http/wants-json.js';
import { FirstStart } from './first-start.js';

/** Leads from pages marked `@SetupFirst()` to `/setup`, while nobody has an account who could use them. */
@Injectable()
export class SetupFirstGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly firstStart: FirstStart,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<true> {
    if (!this.firstStart.mayLeadToSetup || this.reflector.get(SetupFirstMark, context.getHandler()) !== true)
      return true;
    const request = context.switchToHttp().getRequest<Request>();
    return wantsJson(request) || this.unlessOpen();
  }

  private async unlessOpen(): Promise<true> {
    if (await this.firstStart.leadsToSetup()) throw new ComeBack('/setup');
    return true;
  }
}
