import { Injectable } from '@nestjs/common';
import { Site } from '../config/site.js';
import type { ViewModel } from '../http/view-model.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { SecondStep } from '../second-factor/second-step.js';
import { UsersService } from '../users/users.service.js';

/** The kinds of factors that are typed, beside the password, as the second step’s offers call them. */
const TYPED = ['authenticator', 'recoveryCodes'] as const;

/** What the page asks for on which somebody confirms who they are. */
@Injectable()
export class ConfirmPage {
  constructor(
    private readonly site: Site,
    private readonly second: SecondStep,
    private readonly users: UsersService,
  ) {}

  /** Where people go who were on their way nowhere: a path. */
  get home(): string {
    return this.site.home;
  }

  /**
   * The factors that this person can show, and whether their password is asked for: not where nothing can be typed beside
   * it, because a passkey is all they have. @throws Unavailable
   */
  async offersTo({ id, secondFactorAt }: CurrentPerson): Promise<ViewModel> {
    if (secondFactorAt === null) return { asksPassword: true };
    const offers = await this.second.offers(id);
    const hasCode = TYPED.some(name => (offers[name] ?? null) !== null);
    return { ...offers, asksPassword: hasCode && (await this.users.passwordHashOf(id)) !== null };
  }
}
