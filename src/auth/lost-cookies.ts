import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { hostCookie, readCookies } from '../http/cookies.js';
import { addressOf } from '../http/request-origin.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';

/** How long after a sign-in its next page may come. */
const WINDOW: Duration = seconds(10);

/** Sign-ins that are remembered. */
const MOST = 1000;

/**
 * Tells where a browser keeps no cookies: it signs in, and is a visitor again on the very next page. No cookie
 * is set to try it out, because visitors get none; nothing is added to the address it goes to, which is a
 * page of its own. What is left: the next page of the same browser, to this process within seconds, or named by
 * the browser as coming from the sign-in form.
 */
@Injectable()
export class LostCookies {
  private readonly signIns = new Map<string, Instant>();

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Somebody signed in and is led to this page. */
  expect(request: Request, page: string): void {
    const [oldest] = this.signIns.keys();
    if (oldest !== undefined && this.signIns.size >= MOST) this.signIns.delete(oldest);
    this.signIns.set(nameOf(request, page), this.clock.now());
  }

  /** Whether a visitor who wanted this page has probably just signed in. */
  isLikely(request: Request, page: string): boolean {
    const ours = readCookies(request.headers.cookie, hostCookie('gatehouse', this.config));
    return ours.size === 0 && (this.isExpected(request, page) || this.isFromTheForm(request));
  }

  private isExpected(request: Request, page: string): boolean {
    const at = this.signIns.get(nameOf(request, page));
    return at !== undefined && Math.abs(this.clock.now() - at) <= WINDOW;
  }

  /** The redirects after a form keep the page it was sent from as `Referer`. */
  private isFromTheForm({ headers: { referer = '' } }: Request): boolean {
    const { origin, pathname } = URL.canParse(referer) ? new URL(referer) : NOWHERE;
    return origin === this.config.publicUrl && /^\/(login|user)?\/*$/i.test(pathname);
  }
}

const NOWHERE = { origin: '', pathname: '' };

const nameOf = (request: Request, page: string): string =>
  JSON.stringify([addressOf(request), request.headers['user-agent'] ?? '', page]);
