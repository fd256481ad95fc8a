import { type HttpException, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { SignInFirst } from './sign-in-first.js';
import { wantsJson } from './wants-json.js';

/**
 * What a 401 must say of how to sign in (RFC 9110, section 11.6.1). No browser has a window for this scheme: one that it
 * knows would ask for a password in a window of its own, which leads nowhere here. @param realm ASCII without quotes.
 */
export const challenge = (realm: string): string => `Session realm="${realm}"`;

/**
 * The status of a form that is refused. 401 is for programs: without a challenge that they know, some browsers do not
 * show its page, and one that they know would not help; a page says 422.
 */
export const refusalStatus = (request: Request, status: number): number =>
  status === 401 && !wantsJson(request) ? 422 : status;

/** What to throw where a handler wants somebody who is signed in: programs get a 401, browsers go to the sign-in form and back. */
export const nobodyHere = (request: Request): HttpException =>
  wantsJson(request) ? new UnauthorizedException() : new SignInFirst([], null);
