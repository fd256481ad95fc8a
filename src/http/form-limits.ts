import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import type { Request } from 'express';
import { z } from 'zod';
import { FormPipe, MAX_FORM } from './form-body.js';
import { isAt, partsOf, type Route, routesIn } from './routes.js';

/** Says how many bytes the form of a request may have. */
export type FormLimit = (request: Pick<Request, 'method' | 'path'>) => number;

/** A route whose form has a limit of its own. */
interface LimitedRoute extends Pick<Route, 'method' | 'parts'> {
  readonly limit: number;
}

/**
 * The limits that routes name in `form(schema, { limit })`. A body is read before Nest's router knows the route, so that
 * nobody who sends slowly holds a session that was looked up; hence they are found by the path. Looked for when the
 * first form comes, when every module is there.
 */
export function formLimits(modules: ModulesContainer): FormLimit {
  let routes: readonly LimitedRoute[] | null = null;
  return ({ method, path }) => {
    routes ??= routesIn(modules).flatMap(limited);
    const parts = partsOf(path);
    return routes.find(route => route.method === method && isAt(route, parts))?.limit ?? MAX_FORM;
  };
}

const Parameters = z.record(z.string(), z.object({ pipes: z.array(z.unknown()) })).default({});

function limited({ controller, name, method, parts }: Route): LimitedRoute[] {
  const parameters = Parameters.parse(Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name));
  const pipes = Object.values(parameters).flatMap(({ pipes }) => pipes);
  const limit = pipes.find(pipe => pipe instanceof FormPipe)?.limit ?? null;
  return limit === null ? [] : [{ method, parts, limit }];
}
