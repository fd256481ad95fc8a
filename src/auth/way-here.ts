import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { Site } from '../config/site.js';
import { hostCookie, readCookies, SESSION } from '../http/cookies.js';
import { returnTo } from '../http/return-to.js';
import type { Visit } from '../http/visit.js';
import { Moments } from './moments.js';

const SIGNED_OUT = 'signed out';
const signedInTo = (page: string): string => `signed in to ${page}`;

/** Where the sign-in form stands. */
const FORM = /^\/(login|user)\/*$|^\/$/i;

/**
 * How a visitor came to the sign-in form: after signing out, or because the browser keeps no cookies. No cookie
 * is set to find out, because visitors get none, and nothing is added to addresses: where these ways lead is
 * fixed. What is left is what this process saw within seconds, and the page that the browser says it came from.
 */
@Injectable()
export class WayHere {
  constructor(
    private readonly config: AppConfig,
    private readonly site: Site,
    private readonly moments: Moments,
  ) {
    // From the front page people are led to it, without end.
    if (returnTo(site.home) !== site.home) throw new ConfigError(notAHome(site.home));
  }

  /** Where people go who sign in and were on their way nowhere: a path. */
  get home(): string {
    return this.site.home;
  }

  /** Somebody signs out. */
  signsOut(visit: Visit): void {
    this.moments.note(visit, SIGNED_OUT);
  }

  /** Somebody signed in and is led to this page. */
  signsIn(visit: Visit, page: string): void {
    this.moments.note(visit, signedInTo(page));
  }

  /** Whether a visitor has probably just signed out; that they are signed out is true in any case. */
  isSignedOut(visit: Visit): boolean {
    const before = this.pathBefore(visit.referer);
    const closed = [this.home, '/account'];
    return this.moments.take(visit, SIGNED_OUT) || closed.some(page => isAtOrBelow(before, page));
  }

  /** Whether a visitor who wanted this page has probably just signed in, with a browser that keeps no cookies. */
  lostCookies(visit: Visit, page: string): boolean {
    const ours = readCookies(visit.cookies, hostCookie(SESSION, this.config));
    if (ours.size > 0) return false;
    return this.moments.has(visit, signedInTo(page)) || FORM.test(this.pathBefore(visit.referer));
  }

  /** The page of this site that led here: redirects after a form keep it as `Referer`. Empty for none. */
  private pathBefore(referer: string): string {
    if (!URL.canParse(referer)) return '';
    const { origin, pathname } = new URL(referer);
    return origin === this.config.publicUrl ? pathname : '';
  }
}

/** As loosely as Express matches: in capitals as well, with or without a slash at the end. */
const isAtOrBelow = (path: string, page: string): boolean =>
  `${path}/`.toLowerCase().startsWith(`${page}/`.toLowerCase());

const notAHome = (home: string): string =>
  `src/app/site.ts: people cannot be sent to ${JSON.stringify(home)} when they have signed in. Take the path of a page, such as "/notes"; "/" is the sign-in page.`;
