import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { Principal } from '../../kernel/principal.js';
import { Factors } from '../../second-factor/factors.js';
import { RecoveryCodes } from '../../second-factor/recovery-codes.js';
import { SecondFactorPolicy } from '../../second-factor/second-factor-policy.js';
import { adviceOn } from './ways-in-words.js';

/** How somebody stands with what they sign in with, for the page that shows it. */
@Injectable()
export class OwnAdvice {
  constructor(
    private readonly factors: Factors,
    private readonly codes: RecoveryCodes,
    private readonly policy: SecondFactorPolicy,
    private readonly config: AppConfig,
  ) {}

  /** Whether they have a factor in force and a password, whether one is asked of them, and what to do, in words. @throws Unavailable */
  async of({ person, dormantRole }: Principal) {
    const means = await this.factors.meansNow(person.id);
    const codes = await this.codes.left(person.id);
    const mustHave = this.policy.asksFactorOf({ role: dormantRole ?? person.role });
    const mails = this.config.mail.smtp !== null;
    const isAsked = person.secondFactorAt !== null;
    return {
      hasFactor: means.factors > 0,
      worksByCode: isAsked && codes > 0,
      hasPassword: means.password,
      mustHave,
      advice: adviceOn({ means, codes, person, mustHave, isAsked, mails }),
    };
  }
}
