import { Injectable } from '@nestjs/common';
import { LoginPage } from '../auth/login-page.js';
import { returnTo } from '../http/return-to.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import type { ViewModel } from '../http/view-model.js';
import type { Visit } from '../http/visit.js';
import type { Holder } from './ceremonies.js';
import { VisitorChallenges } from './visitor-challenge.js';

/** What the form for a passkey holds beside it. */
interface Beside {
  readonly remember: boolean;
  readonly return_to?: string | undefined;
  readonly unsaved?: string | undefined;
}

/** The sign-in page around the form for a passkey. */
@Injectable()
export class PasskeySignInPage {
  constructor(
    private readonly page: LoginPage,
    private readonly unsaved: UnsavedForms,
    private readonly challenges: VisitorChallenges,
  ) {}

  /** Who answers, and whether they may be remembered. @param wished whether they asked for it */
  of(visit: Visit, wished: boolean): { readonly holder: Holder; readonly remembered: boolean } {
    return {
      holder: this.challenges.holder(visit),
      remembered: wished && this.page.offersRemembering,
    };
  }

  /** The `Set-Cookie` value for a browser whose challenge was answered. */
  get done(): string {
    return this.challenges.done();
  }

  /** The page once more. */
  modelFor(visit: Visit, { remember, return_to, unsaved }: Beside): ViewModel {
    const waits = this.unsaved.open(unsaved) === null ? null : (unsaved ?? null);
    return this.page.modelFor(visit, { returnTo: returnTo(return_to), remember, unsaved: waits });
  }
}
