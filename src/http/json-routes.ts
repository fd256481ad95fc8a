import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AnswersJsonMark } from './access.js';
import { KnownRoutes } from './known-routes.js';

/** The routes marked `@AnswersJson()`, for what fails before a request has found its own: a body that is none, a store that is gone. */
@Injectable()
export class JsonRoutes {
  constructor(
    private readonly routes: KnownRoutes,
    private readonly reflector: Reflector,
  ) {}

  /** Whether the route that a request is for answers JSON whatever `Accept` says. */
  has({ method, path }: Pick<Request, 'method' | 'path'>): boolean {
    const route = this.routes.at(method === 'HEAD' ? 'GET' : method, path);
    return route !== null && this.reflector.get(AnswersJsonMark, route.handler) === true;
  }
}
