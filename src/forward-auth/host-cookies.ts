import { Injectable } from '@nestjs/common';
import { hostNameOf } from '../applications/application-origin.js';
import { AppConfig } from '../config/app-config.js';
import { randomText } from '../crypto/random.js';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { cookieAt, readCookie, readCookies, setCookieLineAt, withoutCookies } from '../http/cookies.js';
import { type Duration, hours } from '../kernel/durations.js';

/** How long a browser is known on an application's host before it enters: a sign-in form may stand open for hours. */
const BROWSER_LIFE: Duration = hours(24);

const SECURE = '__Host-';

/** Names remembered; beyond it they are made anew. */
const MOST = 1000;

interface CookieNames {
  readonly session: string;
  /** What all of the browser's begin with. */
  readonly browser: string;
  /** Whether the application is on the host name of the sign-in: a browser sends it the sign-in's as well. */
  readonly atSignIn: boolean;
}

/** A cookie by which a browser is known on its way to the sign-in and back. */
export interface BrowserCookie {
  /** What tells its name from others. */
  readonly handle: string;
  /** What it holds. */
  readonly plain: string;
  readonly digest: string;
}

/**
 * Our cookies on the hosts of applications; never the one of the sign-in itself. The browser's have names of their own
 * each: tabs that are opened at once, as when a browser starts again, would else overwrite one another's, and whoever signs
 * in in the first of them would come back as somebody unknown.
 */
@Injectable()
export class HostCookies {
  private readonly known = new Map<string, CookieNames>();

  constructor(private readonly config: AppConfig) {}

  /** What the session's cookie holds; null for none. */
  sessionIn(header: string | undefined, origin: string): string | null {
    const value = readCookie(header, this.namesAt(origin).session);
    return isToken(value) ? value : null;
  }

  /** The browser's own. */
  browsersIn(header: string | undefined, origin: string): readonly BrowserCookie[] {
    const found = readCookies(header, `${this.namesAt(origin).browser}-`);
    return [...found].flatMap(([handle, value]) =>
      isToken(value) && /^[\w-]{6}$/.test(handle) ? [{ handle, plain: value, digest: digestOf(value) }] : [],
    );
  }

  /** A header `Cookie` without ours, those of other ports neither: what goes on to the application at an origin. */
  othersIn(header: string | undefined, origin: string): string {
    const { atSignIn } = this.namesAt(origin);
    return withoutCookies(header, name => this.isOurs(name, atSignIn));
  }

  /** A `Set-Cookie` value. @param life null: takes it away. */
  setSession(origin: string, value: string, life: Duration | null): string {
    return setCookieLineAt(origin, this.namesAt(origin).session, value, life ?? 0);
  }

  /**
   * One of the browser's, and the `Set-Cookie` value by which it has it from now on for as long as a new one.
   * @param known null: it has none
   */
  browserAt(origin: string, known: BrowserCookie | null): { readonly digest: string; readonly line: string } {
    const { handle, plain, digest } = known ?? newBrowser();
    return { digest, line: this.browserLine(origin, handle, plain, BROWSER_LIFE) };
  }

  /** The `Set-Cookie` value that takes one of the browser's away. */
  clearBrowser(origin: string, { handle }: BrowserCookie): string {
    return this.browserLine(origin, handle, '', 0);
  }

  /**
   * Whether a cookie is one of ours, of whatever port: a browser sends those of all to each. On the host name of the sign-in all
   * are that have its name; elsewhere others of that name are the application's.
   */
  private isOurs(name: string, atSignIn: boolean): boolean {
    const { cookieName } = this.config;
    const own = `${cookieName}-`;
    const bare = name.startsWith(SECURE) ? name.slice(SECURE.length) : name;
    if (atSignIn && bare === cookieName) return true;
    return bare.startsWith(own) && (atSignIn || /^(app(-\d+)?$|browser-)/.test(bare.slice(own.length)));
  }

  private browserLine(origin: string, handle: string, value: string, life: Duration): string {
    return setCookieLineAt(origin, `${this.namesAt(origin).browser}-${handle}`, value, life);
  }

  private namesAt(origin: string): CookieNames {
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    if (this.known.size >= MOST) this.known.clear();
    const names = {
      session: cookieAt(origin, 'app', this.config),
      browser: cookieAt(origin, 'browser', this.config),
      atSignIn: hostNameOf(origin) === hostNameOf(this.config.publicUrl),
    };
    this.known.set(origin, names);
    return names;
  }
}

const newBrowser = (): BrowserCookie => ({ handle: randomText(6).slice(0, 6), ...issueToken() });

/** What we never made need not be looked up. */
const isToken = (value: string | null): value is string => value !== null && /^[\w-]{43}$/.test(value);
