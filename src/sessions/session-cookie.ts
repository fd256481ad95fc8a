import type { AppConfig } from '../config/app-config.js';
import { cookieAttributes, hostCookie, SESSION, setCookieLine } from '../http/cookies.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';

/** The name of the cookie that holds the session id, signed. Signed, not encrypted: the id is only random. */
export const cookieName = (config: AppConfig): string => hostCookie(SESSION, config);

/** The `Set-Cookie` value that takes the cookie away; it agrees with the one that set it in every attribute. */
export const clearedCookie = (config: AppConfig): string => setCookieLine(SESSION, '', 0, config);

/** Whether a `Cookie` header may hold ours; a look at the text, not a verification. */
export function mayHoldSession(header: string | undefined, config: AppConfig): boolean {
  const start = `${cookieName(config)}=`;
  return header?.split(';').some(cookie => cookie.trimStart().startsWith(start)) ?? false;
}

/**
 * The cookie of one session, in the shape express-session works with. Its own cookie class counts from the
 * machine's clock and extends the life with every request; ours lives as long as the session does, and
 * whether it is `Secure` follows from `PUBLIC_URL`, not from what a proxy says of the connection.
 */
export class SessionCookie {
  /** express-session sends the cookie again when this is set and the session changed: no need. */
  readonly expires = null;
  /** express-session drops a secure cookie on a connection it thinks plain: `data` has the real answer. */
  readonly secure = false;
  readonly path = '/';
  originalMaxAge: number | null = null;
  maxAge: number | undefined = undefined;

  constructor(
    private readonly config: AppConfig,
    /** What is left of the absolute life. */
    private readonly left: Duration,
  ) {}

  /** Options for the `Set-Cookie` header; `maxAge` in seconds. */
  get data() {
    return { ...cookieAttributes(this.config), maxAge: wholeSeconds(this.left) };
  }

  /** Nothing of it is part of the stored session. */
  toJSON(): null {
    return null;
  }
}
