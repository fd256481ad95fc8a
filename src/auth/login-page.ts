import { HttpException, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { isLoopback } from '../http/request-origin.js';
import { durationInWords, waitInWords } from '../http/time-in-words.js';
import type { Duration } from '../kernel/durations.js';
import { wantsJson } from '../http/wants-json.js';
import { DEMO, FirstStart } from './first-start.js';

/** What the form keeps of what was typed: everything but the password. */
export interface TypedSignIn {
  readonly returnTo: string | null;
  readonly username?: string;
  readonly remember?: boolean;
}

/** One sentence for an unknown person, a wrong password and a disabled account (ASVS 6.3.8). */
const REFUSED = 'Invalid username or password';
const BUSY = 'Many people are signing in right now. Wait a few seconds, then try again.';

/** The login page, in each of its states. */
@Injectable()
export class LoginPage {
  constructor(
    private readonly config: AppConfig,
    private readonly firstStart: FirstStart,
  ) {}

  /** Whether people may ask to be remembered. */
  get offersRemembering(): boolean {
    return this.config.session.rememberMe > 0;
  }

  /** The form as it is at first. */
  show(request: Request, response: Response, typed: TypedSignIn): void {
    this.send(request, response, { status: 200, error: null }, typed);
  }

  /** The form again, because name or password are wrong. @throws the same as HttpException to JSON clients. */
  refuse(request: Request, response: Response, typed: TypedSignIn): void {
    this.send(request, response, { status: 401, error: REFUSED }, typed);
  }

  /** The form again, because too many attempts have failed. @throws the same as HttpException to JSON clients. */
  throttled(request: Request, response: Response, typed: TypedSignIn, retryAfter: Duration): void {
    const error = `Too many attempts. Try again in ${waitInWords(retryAfter)}.`;
    this.send(request, response, { status: 429, error }, typed);
  }

  /** The form again, because the server has too much to do. @throws the same as HttpException to JSON clients. */
  busy(request: Request, response: Response, typed: TypedSignIn): void {
    this.send(request, response, { status: 503, error: BUSY }, typed);
  }

  private send(
    request: Request,
    response: Response,
    { status, error }: { status: number; error: string | null },
    typed: TypedSignIn,
  ): void {
    if (error !== null && wantsJson(request)) throw new HttpException(`${error.replace(/\.$/, '')}.`, status);
    const demo = this.firstStart.demoOffered && isLoopback(request.ip ?? '') ? DEMO : null;
    const remembering = this.offersRemembering ? durationInWords(this.config.session.rememberMe) : null;
    response.status(status).render('auth/login', { ...typed, error, demo, remembering });
  }
}
