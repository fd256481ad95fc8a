import { Injectable } from '@nestjs/common';
import type { ViewModel } from '../../http/view-model.js';
import type { Principal } from '../../kernel/principal.js';
import { FactorKinds } from '../../second-factor/factor-kinds.js';
import { Factors } from '../../second-factor/factors.js';
import { RecoveryCodes } from '../../second-factor/recovery-codes.js';
import { SecondFactorPolicy } from '../../second-factor/second-factor-policy.js';
import { adviceOn } from './ways-in-words.js';

/** The page of everything that one signs in with. */
export const SECURITY = '/account/security';
export const SECURITY_VIEW = 'account/security';

/** What the page of factors shows, for all the forms on it. */
@Injectable()
export class SecurityPage {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly factors: Factors,
    private readonly codes: RecoveryCodes,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /** @throws Unavailable */
  async modelOf(principal: Principal | null): Promise<ViewModel> {
    if (principal === null) return {};
    const { person } = principal;
    const sections = this.kinds.all().map(async kind => [kind.name, await kind.section(person.id)] as const);
    const factors = Object.fromEntries(await Promise.all(sections));
    const means = await this.factors.meansNow(person.id);
    const codes = await this.codes.left(person.id);
    const mustHave = this.policy.asksFactorOf({ role: principal.dormantRole ?? person.role });
    return {
      factors,
      hasFactor: means.factors > 0,
      mustHave,
      advice: adviceOn({ means, codes, person, mustHave }),
    };
  }
}
