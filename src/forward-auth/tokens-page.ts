import { Injectable } from '@nestjs/common';
import type { Application } from '../applications/application.js';
import { Catalogue } from '../applications/catalogue.js';
import { confirmPageFor, securityPageFor } from '../http/return-to.js';
import type { Instant } from '../kernel/clock.js';
import type { Principal } from '../kernel/principal.js';
import { timeLeftInWords, timeView } from '../pages/time-in-words.js';
import type { AccessToken } from './access-token.entity.js';
import { AccessTokens } from './access-tokens.js';
import { takeAfterFactor } from './forward-auth.words.js';
import { TOKEN_DAYS, type TypedToken } from './make-token.js';
import { PageTime } from './page-time.js';
import { TokenOffers } from './token-offers.js';

/** Where the page is. */
export const TOKENS = '/account/tokens';

/** The page of access tokens. */
@Injectable()
export class TokensPage {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly offers: TokenOffers,
    private readonly catalogue: Catalogue,
    private readonly time: PageTime,
  ) {}

  /** @param typed what a form held that is shown again. @throws Unavailable */
  async of(principal: Principal, typed: Partial<TypedToken> = {}) {
    const known = await this.catalogue.current();
    const { now } = this.time;
    const tokens = (await this.tokens.of(principal.person.id)).map(token => ({
      ...tokenView(token, now),
      label: known.named(token.applicationName)?.label ?? token.applicationName,
    }));
    const offer = await this.offers.for(principal);
    const applications = offer.now.map(({ name: value, label }) => ({
      value,
      label,
      selected: value === typed.application,
    }));
    const lengths = TOKEN_DAYS.map(String).map(value => ({
      value,
      label: value === '365' ? 'a year' : `${value} days`,
      selected: value === (typed.days ?? '90'),
    }));
    return {
      tokens,
      applications: applications.length === 0 ? null : applications,
      stronger: strongerView(offer.stronger, principal),
      lengths,
      typed,
    };
  }
}

/** Which applications want a second factor first, and where it is shown or added; null where none does. */
function strongerView(applications: readonly Application[], { person }: Principal) {
  if (applications.length === 0) return null;
  const hasFactor = person.secondFactorAt !== null;
  return {
    sentence: takeAfterFactor(applications.map(({ label }) => label)),
    hasFactor,
    link: hasFactor ? confirmPageFor(TOKENS) : securityPageFor(TOKENS),
  };
}

const tokenView = (
  { id, name, methods, prefix, madeAt, expiresAt, lastUsedAt }: AccessToken,
  now: Instant,
) => ({
  id,
  name,
  reads: methods !== '',
  prefix,
  madeAt: timeView(madeAt, now),
  ends: timeLeftInWords(expiresAt - now),
  lastUsedAt: lastUsedAt === null ? null : timeView(lastUsedAt, now),
});
