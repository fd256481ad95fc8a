import { Injectable } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AnswersJsonMark } from './access.js';
import { isAt, partsOf, type Route, routesIn } from './routes.js';

/** The routes marked `@AnswersJson()`, for what fails before a request has found its own: a body that is none, a store that is gone. */
@Injectable()
export class JsonRoutes {
  private known: readonly Route[] | null = null;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly reflector: Reflector,
  ) {}

  /** Whether the route that a request is for answers JSON whatever `Accept` says. */
  has({ method, path }: Pick<Request, 'method' | 'path'>): boolean {
    this.known ??= routesIn(this.modules);
    const [wanted, parts] = [method === 'HEAD' ? 'GET' : method, partsOf(path)];
    const route = this.known.find(one => one.method === wanted && isAt(one, parts));
    return route !== undefined && this.reflector.get(AnswersJsonMark, route.handler) === true;
  }
}
