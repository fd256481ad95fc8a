import { isIP } from 'node:net';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { isPassedOn } from './passed-on.js';

const MAX_USER_AGENT = 512;

/** Where a request came from. */
export function originOf(request: Request): RequestOrigin {
  return {
    ip: addressOf(request),
    userAgent: printable(request.headers['user-agent'] ?? ''),
    requestId: request.gatehouse.id,
    atThisMachine: isAtThisMachine(request),
  };
}

/**
 * The address a request came from, as `readAddress` writes it. `X-Forwarded-For` counts only as far as
 * `TRUST_PROXY` says: `http/forwarded-for.ts`.
 */
export const addressOf = ({ ip = '' }: Request): string => ip;

/** Hands a handler the {@link RequestOrigin}: `signIn(@Origin() origin: RequestOrigin)`. */
export const Origin = createParamDecorator((_: unknown, context: ExecutionContext): RequestOrigin =>
  originOf(context.switchToHttp().getRequest<Request>()),
);

/** Whether an address is this machine's own. */
export const isLoopback = (ip: string): boolean => ip === '::1' || (isIP(ip) === 4 && ip.startsWith('127.'));

/**
 * Whether somebody sits at this machine: the connection is local, the address they typed is, and no proxy
 * passes them on. A tunnel to a development server, or a site that points its name at this machine (DNS
 * rebinding), is not somebody at it.
 */
export function isAtThisMachine(request: Request): boolean {
  const { host = '' } = request.headers;
  const typedLocal = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
  return isLoopback(addressOf(request)) && typedLocal && !isPassedOn(request.headers);
}

/** Text without control and formatting characters, cut to what is worth keeping (ASVS 1.3.3, 16.4.1). */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .slice(0, MAX_USER_AGENT)
    .trim();
}
