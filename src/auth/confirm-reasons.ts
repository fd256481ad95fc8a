import { Injectable } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { RequireRecentSignIn } from '../http/access.js';

/** Any origin will do: only the rest of an address is looked at. */
const HERE = 'https://gatehouse.invalid';

/** A route that asks for the password again, and what for. */
interface Reason {
  readonly route: string;
  readonly to: string;
}

/**
 * What the password is asked for again, from the marks of the routes: "end a session". The page that asks knows only
 * where its person goes on, so no words of an address are ever shown.
 */
@Injectable()
export class ConfirmReasons {
  private known: readonly Reason[] | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  /** What somebody is after who goes on to `address` of this site, as it stands behind "to"; null: nobody has said. */
  of(address: string): string | null {
    this.known ??= this.discovery.getControllers().flatMap(({ metatype }) => this.reasonsOf(metatype));
    const path = thenOf(address) ?? pathOf(address);
    return this.known.find(reason => isOf(reason.route, path))?.to ?? null;
  }

  private reasonsOf(controller: unknown): Reason[] {
    if (typeof controller !== 'function') return [];
    const prototype: unknown = controller.prototype;
    if (typeof prototype !== 'object' || prototype === null) return [];
    return Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(
      ({ value: handler }: { readonly value?: unknown }) => {
        if (typeof handler !== 'function') return [];
        const to = this.reflector.getAllAndOverride(RequireRecentSignIn, [handler, controller])?.to;
        return to === undefined ? [] : routesOf(controller, handler).map(route => ({ route, to }));
      },
    );
  }
}

/** The address of a page, with the form that is left to be sent there: the page's handler reads it as `then`. */
export const withThen = (page: string, form: string): string =>
  `${page}${page.includes('?') ? '&' : '?'}then=${encodeURIComponent(form).replaceAll('%2F', '/')}`;

/** Where the form goes that is left to be sent at this address; null: none is. */
export const thenOf = (address: string): string | null => new URL(address, HERE).searchParams.get('then');

/** An address without its query. */
export const pathOf = (address: string): string => new URL(address, HERE).pathname;

/** What Nest keeps of a route: the paths of its controller, and its own. */
function routesOf(controller: object, handler: object): string[] {
  const own = [Reflect.getMetadata('path', handler)].flat().map(String);
  const bases = [Reflect.getMetadata('path', controller)].flat().map(String);
  return bases.flatMap(base => own.map(path => `${base}/${path}`));
}

/** Whether a path is one of the route's, such as `account/devices/:publicId/end`; in capitals as well, like Express. */
function isOf(route: string, path: string): boolean {
  const [wanted, given] = [partsOf(route), partsOf(path)];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(':') || part.toLowerCase() === given[index]?.toLowerCase())
  );
}

const partsOf = (path: string): string[] => path.split('/').filter(part => part !== '');
