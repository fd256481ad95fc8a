import type { AppConfig } from '../config/app-config.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';

/**
 * The cookie that holds the session id, signed. `__Host-` makes browsers insist on `Secure`, on `Path=/` and
 * on no `Domain`, so that no sibling site can plant one. Only over plain http on loopback, where browsers
 * refuse that, does it go by the bare name. Setting and clearing must agree in every attribute.
 */
export const cookieName = (config: AppConfig): string => (config.secure ? '__Host-gatehouse' : 'gatehouse');

const attributesOf = (config: AppConfig) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure }) as const;

/** The `Set-Cookie` value that takes the cookie away. */
export function clearedCookie(config: AppConfig): string {
  return `${cookieName(config)}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${config.secure ? '; Secure' : ''}`;
}

/** Whether a `Cookie` header may hold ours; a look at the text, not a verification. */
export const mayHoldSession = (header: string | undefined, config: AppConfig): boolean =>
  header !== undefined && header.includes(`${cookieName(config)}=`);

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
    return { ...attributesOf(this.config), maxAge: wholeSeconds(this.left) };
  }

  /** Nothing of it is part of the stored session. */
  toJSON(): null {
    return null;
  }
}
