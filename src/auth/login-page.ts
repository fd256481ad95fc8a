import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { relyingPartyOf } from '../config/relying-party.js';
import type { ViewModel } from '../http/view-model.js';
import type { Visit } from '../http/visit.js';
import { durationInWords } from '../pages/time-in-words.js';
import { DEMO, FirstStart } from './first-start.js';
import { loginNotice, NO_COOKIE, SIGN_IN_FIRST, YOU_ARE_OUT } from './login-notices.js';
import { WayHere } from './way-here.js';
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

/** What the page says to whoever asks for it. */
interface Asker {
  /** The demo accounts, to this machine. */
  readonly demo: boolean;
  /** "Forget this browser", where somebody has signed in from it. */
  readonly forgets: boolean;
}

/** The view of the login page. */
export const LOGIN_VIEW = 'auth/login';

/** The login page, in each of its states. */
@Injectable()
export class LoginPage {
  /** Whether browsers make passkeys for this site. */
  private readonly passkeys: boolean;
  private readonly plain: (ReturnType<LoginPage['model']> | undefined)[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly firstStart: FirstStart,
    private readonly devices: KnownDevices,
    private readonly way: WayHere,
  ) {
    this.passkeys = relyingPartyOf(config.publicUrl) !== null;
  }

  /** Where people go who sign in and were on their way nowhere: a path. */
  get home(): string {
    return this.way.home;
  }

  /** Whether people may ask to be remembered. */
  get offersRemembering(): boolean {
    return this.config.session.rememberMe > 0;
  }

  /** What was done before, or else why somebody is here. */
  saidTo(visit: Visit, back: string | null, done: unknown): SaidAtLogin {
    const notice = loginNotice(done);
    if (notice !== null) return { notice, whyHere: null };
    if (back === null) return { notice: this.way.isSignedOut(visit) ? YOU_ARE_OUT : null, whyHere: null };
    return { notice: null, whyHere: this.way.lostCookies(visit, back) ? NO_COOKIE : SIGN_IN_FIRST };
  }

  /** What the page shows to whoever asks for it: the form, with what was typed. */
  modelFor(visit: Visit, typed: TypedSignIn): ViewModel {
    const demo = this.firstStart.demoOffered && visit.origin.atThisMachine;
    const forgets = this.devices.hasVisited(visit);
    const untouched = Object.values(typed).every(value => value === null);
    return untouched ? this.untouched({ demo, forgets }) : this.model(typed, { demo, forgets });
  }

  /** The form before anybody typed: the same object each time, so that it is rendered once. */
  private untouched(asker: Asker) {
    const index = Number(asker.demo) + 2 * Number(asker.forgets);
    this.plain[index] ??= Object.freeze(this.model({ returnTo: null }, asker));
    return this.plain[index];
  }

  private model(typed: TypedSignIn, { demo, forgets }: Asker) {
    return {
      ...typed,
      mails: this.config.mail.smtp !== null,
      registers: this.config.mail.smtp !== null && this.config.registration === 'open',
      demo: demo ? DEMO : null,
      forgets,
      passkeys: this.passkeys,
      // Browsers offer passkeys where they fill in the name.
      nameFilledBy: this.passkeys ? 'username webauthn' : 'username',
      remembering: this.offersRemembering ? durationInWords(this.config.session.rememberMe) : null,
    };
  }
}
