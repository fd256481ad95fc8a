import type { Request } from 'express';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { originOf } from './request-origin.js';

/**
 * What a use case may know of a request, as plain values: who answers it makes this once and hands it down, so that what
 * decides knows no Express.
 */
export interface Visit {
  readonly origin: RequestOrigin;
  /** The header `Cookie`; empty for none. */
  readonly cookies: string;
  /** The page that the browser says it came from; empty where it says none. */
  readonly referer: string;
}

/** The visit that a request is. Where it came from is made out only for who asks: the sign-in page is shown to many robots. */
export function visitOf(request: Request): Visit {
  const { cookie = '', referer = '' } = request.headers;
  let origin: RequestOrigin | null = null;
  return {
    cookies: cookie,
    referer,
    get origin() {
      return (origin ??= originOf(request));
    },
  };
}
