import { NotFoundException } from '@nestjs/common';
import type { Request } from 'express';
import type { AppConfig } from '../config/app-config.js';
import { isAtThisMachine } from '../http/request-origin.js';

/** Lets pages of development be seen from this machine only. @throws NotFoundException anywhere else */
export function onlyDeveloping({ production }: AppConfig, request: Request): void {
  if (production || !isAtThisMachine(request)) throw new NotFoundException();
}
