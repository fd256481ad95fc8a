import type { Request, Response } from 'express';
import type { AppConfig } from '../config/app-config.js';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { WaitingCookies } from './waiting-cookies.js';
import { days } from '../kernel/durations.js';

/**
 * Recognises the browser in which a password was chosen, when its person comes back through the mailed link.
 * Each registration has a mark of its own: one that is known from somewhere tells nothing of another.
 */
export class RegisteringBrowser {
  private readonly cookies: WaitingCookies;

  constructor(config: AppConfig) {
    this.cookies = new WaitingCookies(config, 'registration', days(1));
  }

  /** Marks this browser with a secret. @returns its digest, which waits with the registration. */
  mark(request: Request, response: Response): string {
    const { plain, digest } = issueToken();
    this.cookies.add(plain, request, response);
    return digest;
  }

  /** The digests of the marks that this browser has. */
  digests(request: Request): readonly string[] {
    return this.cookies.all(request).map(digestOf);
  }

  /** The mark with this digest has done its work. */
  clear(digest: string, request: Request, response: Response): void {
    for (const plain of this.cookies.all(request).filter(one => digestOf(one) === digest))
      this.cookies.remove(plain, response);
  }
}
