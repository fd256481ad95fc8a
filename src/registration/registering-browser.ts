import type { Request, Response } from 'express';
import type { AppConfig } from '../config/app-config.js';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { hostCookie, readCookie, setCookieLine } from '../http/cookies.js';
import { days } from '../kernel/durations.js';

const NAME = 'gatehouse-registration';

/** Recognises the browser in which a password was chosen, when its person comes back through the mailed link. */
export class RegisteringBrowser {
  constructor(private readonly config: AppConfig) {}

  /** Marks this browser with a secret. @returns its digest, which waits with the registration. */
  mark(response: Response): string {
    const { plain, digest } = issueToken();
    response.append('Set-Cookie', setCookieLine(NAME, plain, days(1), this.config));
    return digest;
  }

  /** The digest of this browser's mark; null where it has none. */
  digest(request: Request): string | null {
    const plain = readCookie(request.headers.cookie, hostCookie(NAME, this.config));
    return plain === null ? null : digestOf(plain);
  }

  /** The mark has done its work. */
  clear(response: Response): void {
    response.append('Set-Cookie', setCookieLine(NAME, '', 0, this.config));
  }
}
