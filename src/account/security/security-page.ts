import { Injectable } from '@nestjs/common';
import type { ViewModel } from '../../http/view-model.js';
import type { Principal } from '../../kernel/principal.js';
import { FactorKinds } from '../../second-factor/factor-kinds.js';
import { Resting } from '../../throttle/resting.js';
import { OwnAdvice } from './own-advice.js';
import { adviceOnRest } from './ways-in-words.js';

/** The page of everything that one signs in with. */
export const SECURITY = '/account/security';
export const SECURITY_VIEW = 'account/security';

/** What the page of factors shows, for all the forms on it. */
@Injectable()
export class SecurityPage {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly advice: OwnAdvice,
    private readonly resting: Resting,
  ) {}

  /** @throws Unavailable */
  async modelOf(principal: Principal | null): Promise<ViewModel> {
    if (principal === null) return {};
    const { id } = principal.person;
    const sections = this.kinds.all().map(async kind => [kind.name, await kind.section(id)] as const);
    const factors = Object.fromEntries(await Promise.all(sections));
    const { advice, ...own } = await this.advice.of(principal);
    return { factors, ...own, advice: [...advice, ...adviceOnRest(await this.resting.of(id))] };
  }
}
