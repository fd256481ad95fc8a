import { NotFoundException } from '@nestjs/common';
import type { Request } from 'express';
import { remark } from './remarks.js';

/** What people have by a name in an address, which may be somebody else's or nobody's. */
export type Possession = 'session' | 'passkey' | 'token' | 'application-session';

/**
 * What to throw where somebody wants to see, change or end what is none of theirs: the same 404 as for any other text, so
 * that nobody learns what others have. The security log knows of it (ASVS 16.3.2).
 * @param words what the page says of it, for whoever had one of that name.
 */
export function notTheirs(request: Request, what: Possession, words?: string): NotFoundException {
  remark(request, { event: 'authz_fail', reason: what });
  return new NotFoundException(words);
}
