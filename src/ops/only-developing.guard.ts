import { type CanActivate, type ExecutionContext, Injectable, NotFoundException } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { isAtThisMachine } from '../http/request-origin.js';

/** Lets pages of development be seen from this machine only; anywhere else there are none: 404. */
@Injectable()
export class OnlyDeveloping implements CanActivate {
  constructor(private readonly config: AppConfig) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.config.production || !isAtThisMachine(context.switchToHttp().getRequest<Request>()))
      throw new NotFoundException();
    return true;
  }
}
