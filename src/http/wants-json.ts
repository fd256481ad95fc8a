import type { Request } from 'express';

/** Whether the client asked for JSON rather than a page: by its route, or by `Accept`. */
export function wantsJson(request: Request): boolean {
  if (request.gatehouse.answersJson === true) return true;
  const accept = request.headers.accept;
  if (accept === undefined || !accept.includes('json')) return false;
  return request.accepts(['html', 'json']) === 'json';
}

/** Whether a browser asks for something to show, also of a route that answers JSON: the answer may be a page. */
export function wantsPage(request: Request): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('text/html') && request.accepts(['html', 'json']) === 'html';
}
