import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Clock } from '../kernel/clock.js';
import { PerMinute } from '../kernel/per-minute.js';
import { clientAddress, type Trusts } from './client-address.js';
import { printable } from './request-origin.js';

/** Of an entry that cannot be read, the characters that are logged. */
const SHOWN = 100;

/**
 * Finds out the address of whoever asks, which is `request.ip` from here on. That a trusted proxy writes what
 * nobody can read is one line a minute in the log: all who come through it share the address of the proxy, and
 * with that one budget of attempts.
 */
export function forwardedFor(trusts: Trusts, clock: Clock) {
  const logger = new Logger('Security');
  const lines = new PerMinute(clock, 1);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { ip, unreadable } = clientAddress(request.socket.remoteAddress ?? '', headerOf(request), trusts);
    request.gatehouse.ip = ip;
    if (unreadable !== null && lines.take()) {
      const entry = printable(unreadable).slice(0, SHOWN);
      logger.warn({ event: 'sys_forwarded_for_unreadable', ip, entry });
    }
    next();
  };
}

/** Several lines of the header are one list (RFC 9110, section 5.3); Node has joined them. */
const headerOf = ({ headers }: Request): string => String(headers['x-forwarded-for'] ?? '');
