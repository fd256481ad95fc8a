import type { Request, Response } from 'express';
import { FormFields } from '../http/form-body.js';
import { FormOwners } from '../http/form-owners.js';
import { addressOf } from '../http/request-origin.js';
import { wantsJson } from '../http/wants-json.js';
import { SignedIn } from '../sessions/signed-in.js';
import type { Answer } from './first-answers.js';
import { FormName } from './form-name.js';

/**
 * The name of the form that a request brings; null where it can be no second click: a program that asks for JSON does
 * not click, and what does not carry the secret of a page of ours was not sent from one.
 */
export function nameOf(request: Request): FormName | null {
  const { cookie: cookies = '', 'user-agent': userAgent = '' } = request.headers;
  const body: unknown = request.body;
  if (!(body instanceof FormFields) || wantsJson(request)) return null;
  const once = FormOwners.pageSecretOf(body);
  if (!FormName.isSecret(once)) return null;
  const place = [addressOf(request), userAgent];
  return new FormName({ once, place, cookies, to: request.originalUrl, fields: body });
}

/** Resolves once the head of a response is written, with what it says where it leads on; null where it does not. */
export function answerOf(request: Request, response: Response): Promise<Answer | null> {
  const { writeHead } = response;
  return new Promise(resolve => {
    const value = (...given: unknown[]): unknown => {
      const written: unknown = Reflect.apply(writeHead, response, given);
      const location = response.getHeader('Location');
      const leadsOn = response.statusCode === 303 && typeof location === 'string';
      resolve(leadsOn ? { location, setCookies: cookiesOf(response), session: sessionOf(request) } : null);
      return written;
    };
    Object.defineProperty(response, 'writeHead', { value, configurable: true, writable: true });
  });
}

/** The id hash of the session that a request has by now; null for a visitor. */
export function sessionOf({ session }: Request): string | null {
  const user = session?.passport?.user;
  return user instanceof SignedIn ? user.live.session.idHash : null;
}

function cookiesOf(response: Response): readonly string[] {
  const cookies = response.getHeader('Set-Cookie') ?? [];
  return Array.isArray(cookies) ? cookies : [String(cookies)];
}
