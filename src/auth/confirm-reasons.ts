import { Injectable } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { RequireRecentSignIn } from '../http/access.js';
import { pathOf, queryOf } from '../http/return-to.js';
import { isAt, partsOf, type Route, routesIn } from '../http/routes.js';

/** A route that asks for the password again, and what for. */
interface Reason extends Pick<Route, 'parts'> {
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
    private readonly modules: ModulesContainer,
    private readonly reflector: Reflector,
  ) {}

  /** What somebody is after who goes on to `address` of this site, as it stands behind "to"; null: nobody has said. */
  of(address: string): string | null {
    this.known ??= routesIn(this.modules).flatMap(route => this.reasonOf(route));
    const parts = partsOf(thenOf(address) ?? pathOf(address));
    return this.known.find(reason => isAt(reason, parts))?.to ?? null;
  }

  private reasonOf({ handler, controller, parts }: Route): Reason[] {
    const to = this.reflector.getAllAndOverride(RequireRecentSignIn, [handler, controller])?.to;
    return to === undefined ? [] : [{ parts, to }];
  }
}

/** The address of a page, with the form that is left to be sent there: the page's handler reads it as `then`. */
export function withThen(page: string, form: string): string {
  const [path = page, query = ''] = page.split(/\?(.*)/s);
  const rest = query.split('&').filter(part => part !== '' && !part.startsWith('then='));
  return `${path}?${[...rest, `then=${encodeURIComponent(form).replaceAll('%2F', '/')}`].join('&')}`;
}

/** Where the form goes that is left to be sent at this address; null: none is. */
export const thenOf = (address: string): string | null => queryOf(address).get('then');
