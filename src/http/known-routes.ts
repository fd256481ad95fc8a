import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { isAt, partsOf, type Route, routesIn } from './routes.js';

/** Which route an address leads to, for what is asked outside of Nest's router. Looked for when every module is there. */
@Injectable()
export class KnownRoutes {
  private known: readonly Route[] | null = null;

  constructor(private readonly modules: ModulesContainer) {}

  /** The route of a method and a path; null where there is none. */
  at(method: string, path: string): Route | null {
    this.known ??= routesIn(this.modules);
    const parts = partsOf(path);
    return this.known.find(route => route.method === method && isAt(route, parts)) ?? null;
  }
}
