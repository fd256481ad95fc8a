import type { NextFunction, Request, Response } from 'express';
import { setSecurityHeaders } from './security-headers.js';

/** Methods that any route may take; the rest (TRACE, CONNECT, WebDAV's) nobody needs (ASVS 4.1.4, 13.4.4). */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** First in the pipeline: gives every response its security headers, and refuses methods nobody needs. */
export function beginResponse(request: Request, response: Response, next: NextFunction): void {
  setSecurityHeaders(response);
  if (METHODS.has(request.method)) return next();
  response.setHeader('Allow', [...METHODS].join(', '));
  response.statusCode = 405;
  response.end();
}
