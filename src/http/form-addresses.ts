import { Injectable } from '@nestjs/common';
import { KnownRoutes } from './known-routes.js';

/**
 * Addresses that take a form and show nothing, such as `/notes/7/rename`. The browser stands there when one was refused: who
 * opens it again, or is led back there after signing in, means the page that the form is on.
 */
@Injectable()
export class FormAddresses {
  constructor(private readonly routes: KnownRoutes) {}

  /** The nearest page above such an address, without a query; null where `path` is a page, or takes no form. */
  pageAbove(path: string): string | null {
    if (this.takes('GET', path) || !this.takes('POST', path)) return null;
    const parts = path.split('/').filter(part => part !== '');
    for (let left = parts.length - 1; left >= 0; left -= 1) {
      const above = `/${parts.slice(0, left).join('/')}`;
      if (this.takes('GET', above)) return above;
    }
    return null;
  }

  private takes(method: 'GET' | 'POST', path: string): boolean {
    return this.routes.at(method, path) !== null;
  }
}
