import type { Request } from 'express';

/** Whether the client asked for JSON rather than a page: by its route, or by `Accept`. */
export function wantsJson(request: Request): boolean {
  if (request.gatehouse.answersJson) return true;
  const accept = request.headers.accept;
  if (accept === undefined || !accept.includes('json')) return false;
  return request.accepts(['html', 'json']) === 'json';
}
