import type { Request, Response } from 'express';
import type { AppConfig } from '../config/app-config.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { hostCookie, readCookie, setCookieLine } from './cookies.js';

/** How long a page that a mailed link opened may stay open before it is used. */
const LIFE: Duration = minutes(30);

/** What a token must look like to be put into a cookie. */
const SHAPE = /^[\w-]{43}$/;

/**
 * Carries the token of a mailed link from the address, where it would stay in histories, logs and referrers,
 * into a short-lived cookie that no script can read (ASVS 14.2.1). Opening the link changes nothing else:
 * programs that look at mails open links too.
 */
export class MailedLink {
  private readonly cookie: string;

  /** @param path the page the link opens, such as `/reset`. */
  constructor(
    private readonly config: AppConfig,
    private readonly path: string,
  ) {
    this.cookie = `gatehouse-link${path.replaceAll('/', '-')}`;
  }

  /** Takes the token out of the address. @returns whether there was one: the answer is given then. */
  swap(token: unknown, response: Response): boolean {
    if (token === undefined) return false;
    if (typeof token === 'string' && SHAPE.test(token)) {
      response.append('Set-Cookie', setCookieLine(this.cookie, token, LIFE, this.config));
    }
    response.redirect(303, this.path);
    return true;
  }

  /** The token this browser came with; null for none. */
  token(request: Request): string | null {
    return readCookie(request.headers.cookie, hostCookie(this.cookie, this.config));
  }

  /** The link has done its work. */
  done(response: Response): void {
    response.append('Set-Cookie', setCookieLine(this.cookie, '', 0, this.config));
  }
}
