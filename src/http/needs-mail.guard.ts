import { type CanActivate, type ExecutionContext, Injectable, NotFoundException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppConfig } from '../config/app-config.js';
import { NeedsMailMark } from './access.js';
import { NO_MAIL } from './http.words.js';

/**
 * Closes routes marked `@NeedsMail()` where mails go nowhere: a form that ends in "check your mail" would lead nobody on.
 * Pages that are opened from a mail are closed with them: links that are out wait until there are mails again.
 */
@Injectable()
export class NeedsMailGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly config: AppConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.config.mail.smtp !== null) return true;
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride(NeedsMailMark, places) !== true) return true;
    throw new NotFoundException(NO_MAIL);
  }
}
