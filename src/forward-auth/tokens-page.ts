import { Injectable } from '@nestjs/common';
import { Catalogue } from '../applications/catalogue.js';
import type { Instant } from '../kernel/clock.js';
import type { Principal } from '../kernel/principal.js';
import { timeLeftInWords, timeView } from '../pages/time-in-words.js';
import type { AccessToken } from './access-token.entity.js';
import { AccessTokens } from './access-tokens.js';
import { TOKEN_DAYS, type TypedToken } from './make-token.js';
import { PageTime } from './page-time.js';
import { TokenOffers } from './token-offers.js';

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
    const applications = (await this.offers.for(principal)).map(({ name: value, label }) => ({
      value,
      label,
      selected: value === typed.application,
    }));
    const lengths = TOKEN_DAYS.map(String).map(value => ({
      value,
      label: value === '365' ? 'a year' : `${value} days`,
      selected: value === (typed.days ?? '90'),
    }));
    return { tokens, applications: applications.length === 0 ? null : applications, lengths, typed };
  }
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
