import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import type { Request } from 'express';
import { z } from 'zod';
import { FormPipe, MAX_FORM } from './form-body.js';

/** Says how many bytes the form of a request may have. */
export type FormLimit = (request: Pick<Request, 'method' | 'path'>) => number;

/** A route whose form has a limit of its own. */
interface LimitedRoute {
  readonly method: string;
  /** What stands between its slashes; what begins with a colon may be anything. */
  readonly parts: readonly string[];
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
    routes ??= [...modules.values()].flatMap(({ controllers }) =>
      [...controllers.values()].flatMap(({ metatype }) => (isClass(metatype) ? limitedRoutes(metatype) : [])),
    );
    const parts = partsOf(path);
    return routes.find(route => route.method === method && isAt(route, parts))?.limit ?? MAX_FORM;
  };
}

const isClass = (metatype: unknown): metatype is Type => typeof metatype === 'function';

const Paths = z.union([z.string(), z.array(z.string())]).transform(paths => [paths].flat());
const Parameters = z.record(z.string(), z.object({ pipes: z.array(z.unknown()) })).default({});

function limitedRoutes(controller: Type): LimitedRoute[] {
  const prototype: object = controller.prototype;
  return Object.getOwnPropertyNames(prototype).flatMap(name => {
    const handler: unknown = Reflect.get(prototype, name);
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const limit = limitIn(Parameters.parse(Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name)));
    if (limit === null) return [];
    const method = RequestMethod[z.number().parse(Reflect.getMetadata(METHOD_METADATA, handler))] ?? '';
    return pathsOf(controller).flatMap(base =>
      pathsOf(handler).map(path => ({ method, parts: partsOf(`${base}/${path}`), limit })),
    );
  });
}

function limitIn(parameters: z.output<typeof Parameters>): number | null {
  const pipes = Object.values(parameters).flatMap(({ pipes }) => pipes);
  return pipes.find(pipe => pipe instanceof FormPipe)?.limit ?? null;
}

const pathsOf = (place: object): readonly string[] => Paths.parse(Reflect.getMetadata(PATH_METADATA, place));

/** Express matches a path whatever its case, with or without a slash at the end. */
const partsOf = (path: string): readonly string[] =>
  path
    .toLowerCase()
    .split('/')
    .filter(part => part !== '');

const isAt = ({ parts }: LimitedRoute, path: readonly string[]): boolean =>
  parts.length === path.length && parts.every((part, n) => part.startsWith(':') || part === path[n]);
