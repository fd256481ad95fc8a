import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import { z } from 'zod';

/**
 * A route, from what Nest keeps of it: its `controller`, the `handler` and its `name`, the HTTP `method`, and the `parts` of
 * its path between the slashes; a part that begins with a colon may be anything.
 */
export type Route = ReturnType<typeof routesOf>[number];

/** Every route of the application. Complete only once every module is there. */
export const routesIn = (modules: ModulesContainer): readonly Route[] =>
  [...modules.values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ metatype }) => (isClass(metatype) ? routesOf(metatype) : [])),
  );

/** Whether a path, in its parts, is one of the route's. */
export const isAt = (route: Pick<Route, 'parts'>, parts: readonly string[]): boolean =>
  route.parts.length === parts.length &&
  route.parts.every((part, n) => part.startsWith(':') || part === parts[n]);

/** Express matches a path whatever its case, with or without a slash at the end. */
export const partsOf = (path: string): readonly string[] =>
  path
    .toLowerCase()
    .split('/')
    .filter(part => part !== '');

function routesOf(controller: Type) {
  const prototype: object = controller.prototype;
  return Object.getOwnPropertyNames(prototype).flatMap(name => {
    // Not what a getter gives, which would look for what only an instance has.
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = RequestMethod[z.number().parse(Reflect.getMetadata(METHOD_METADATA, handler))] ?? '';
    return pathsOf(controller).flatMap(base =>
      pathsOf(handler).map(path => ({
        controller,
        handler,
        name,
        method,
        parts: partsOf(`${base}/${path}`),
      })),
    );
  });
}

const isClass = (metatype: unknown): metatype is Type => typeof metatype === 'function';

const Paths = z.union([z.string(), z.array(z.string())]).transform(paths => [paths].flat());

const pathsOf = (place: object): readonly string[] => Paths.parse(Reflect.getMetadata(PATH_METADATA, place));
