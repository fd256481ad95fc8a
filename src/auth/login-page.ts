import { HttpException, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { isAtThisMachine } from '../http/request-origin.js';
import { durationInWords } from '../pages/time-in-words.js';
import { refusalStatus } from '../http/unauthorized.js';
import { wantsJson } from '../http/wants-json.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import { DEMO, FirstStart } from './first-start.js';
import { KnownDevices } from '../throttle/known-devices.js';

/** What is said to somebody who comes from another page. */
export interface SaidAtLogin {
  /** What was done there. */
  readonly notice: string | null;
  /** Why they were led here. */
  readonly whyHere: string | null;
}

/** What the form keeps of what was typed: everything but the password. */
export interface TypedSignIn extends Partial<SaidAtLogin> {
  readonly returnTo: string | null;
  readonly username?: string;
  readonly remember?: boolean;
  /** A form that waits for its person to sign in, sealed. */
  readonly unsaved?: string | null;
}

/** Why the form is shown again. */
interface Refused {
  readonly status: number;
  readonly sentence: string;
  /** When trying again makes sense; null: at once. */
  readonly retryAfter: Duration | null;
  /** Fields that were left empty. */
  readonly errors?: FieldErrors | null;
}

/** What the page says to whoever asks for it. */
interface Asker {
  /** The demo accounts, to this machine. */
  readonly demo: boolean;
  /** "Forget this browser", where somebody has signed in from it. */
  readonly forgets: boolean;
}

/** The login page, in each of its states. */
@Injectable()
export class LoginPage {
  private readonly plain: (ReturnType<LoginPage['model']> | undefined)[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly firstStart: FirstStart,
    private readonly devices: KnownDevices,
  ) {}

  /** Whether people may ask to be remembered. */
  get offersRemembering(): boolean {
    return this.config.session.rememberMe > 0;
  }

  /** The form; again, with what was typed, where a sign-in was refused. @throws HttpException to JSON clients. */
  show(request: Request, response: Response, typed: TypedSignIn, refusal: Refused | null = null): void {
    if (refusal !== null && refusal.retryAfter !== null) {
      response.setHeader('Retry-After', wholeSeconds(refusal.retryAfter));
    }
    if (refusal !== null && wantsJson(request)) {
      throw new HttpException(refusal.sentence.replace(/\.?$/, '.'), refusal.status);
    }
    const demo = this.firstStart.demoOffered && isAtThisMachine(request);
    const forgets = this.devices.hasVisited(request);
    const untouched = refusal === null && Object.values(typed).every(value => value === null);
    response
      .status(refusalStatus(request, refusal?.status ?? 200))
      .render(
        'auth/login',
        untouched ? this.untouched({ demo, forgets }) : this.model(typed, { demo, forgets }, refusal),
      );
  }

  /** The form before anybody typed: the same object each time, so that it is rendered once. */
  private untouched(asker: Asker) {
    const index = Number(asker.demo) + 2 * Number(asker.forgets);
    this.plain[index] ??= Object.freeze(this.model({ returnTo: null }, asker, null));
    return this.plain[index];
  }

  private model(typed: TypedSignIn, { demo, forgets }: Asker, refusal: Refused | null) {
    return {
      ...typed,
      error: refusal?.sentence ?? null,
      retryIn: refusal?.retryAfter ? wholeSeconds(refusal.retryAfter) : null,
      errors: refusal?.errors ?? null,
      mails: this.config.mail.smtp !== null,
      registers: this.config.mail.smtp !== null && this.config.registration === 'open',
      refused: refusal?.status === 401,
      demo: demo ? DEMO : null,
      forgets,
      remembering: this.offersRemembering ? durationInWords(this.config.session.rememberMe) : null,
    };
  }
}
