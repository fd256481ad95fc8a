import { Injectable } from '@nestjs/common';
import type { Application } from '../applications/application.js';
import { AuditLog } from '../audit/audit-log.js';
import type { StillIn } from '../auth/entrance.js';
import { days } from '../kernel/durations.js';
import type { FieldErrors } from '../kernel/field-errors.js';
import type { Principal } from '../kernel/principal.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccessTokens, MOST_TOKENS, type WantedToken } from './access-tokens.js';
import { CHOOSE_APPLICATION, NAME_TOKEN, NO_TOKEN_PREFIX, tooManyTokens } from './forward-auth.words.js';
import { TokenOffers } from './token-offers.js';
import { isTokenPrefix } from './token-rules.js';

/** For how many days a token may be made; a year at most. */
export const TOKEN_DAYS = [30, 90, 365] as const;

/** Methods of a token that only reads: those of HTTP, and those of WebDAV and CalDAV. */
const READING = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'SEARCH'];

/** What somebody typed who wants a token. */
export interface TypedToken {
  readonly application: string;
  readonly name: string;
  readonly days: string;
  readonly prefix: string;
  readonly reads: boolean;
}

/** Who wants it. */
export interface TokenMaker {
  readonly principal: Principal;
  readonly origin: RequestOrigin;
  readonly stillIn: StillIn;
}

export type MakeOutcome =
  | { readonly outcome: 'made'; readonly plain: string; readonly application: Application }
  | { readonly outcome: 'refused'; readonly errors: FieldErrors }
  | { readonly outcome: 'too-many'; readonly sentence: string }
  /** Their sign-in ended meanwhile, or their account. */
  | { readonly outcome: 'signed-out' };

/** Makes access tokens for who may have them: for applications that take any, and that they may enter themselves. */
@Injectable()
export class MakeToken {
  constructor(
    private readonly offers: TokenOffers,
    private readonly tokens: AccessTokens,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Unavailable */
  async make(maker: TokenMaker, typed: TypedToken): Promise<MakeOutcome> {
    const offer = await this.offers.for(maker.principal);
    const application = offer.now.find(({ name }) => name === typed.application);
    const errors = errorsIn(typed, application !== undefined);
    if (errors !== null || application === undefined) return { outcome: 'refused', errors: errors ?? {} };
    return this.makeFor(application, maker, typed);
  }

  /** Whoever ends their sign-in meanwhile, or takes the application from them, comes first. */
  private async makeFor(
    application: Application,
    { principal, origin, stillIn }: TokenMaker,
    typed: TypedToken,
  ): Promise<MakeOutcome> {
    const { person, session } = principal;
    let [isIn, isOffered] = [false, false];
    const made = await this.tokens.make(wantedOf(person.id, application, typed), async manager => {
      isIn = await stillIn(manager);
      isOffered = isIn && (await this.offers.stands(manager, application, principal));
      return isOffered;
    });
    if (!isIn) return { outcome: 'signed-out' };
    if (!isOffered) return { outcome: 'refused', errors: { application: CHOOSE_APPLICATION } };
    if (made.outcome !== 'made') return { outcome: 'too-many', sentence: tooManyTokens(MOST_TOKENS) };
    const facts = { application: application.name };
    this.audit.record(
      { event: 'token_created', outcome: 'success', userId: person.id, session: session.logName, facts },
      origin,
    );
    return { outcome: 'made', plain: made.plain, application };
  }
}

const wantedOf = (userId: string, application: Application, typed: TypedToken): WantedToken => ({
  userId,
  applicationName: application.name,
  name: typed.name.trim(),
  methods: typed.reads ? READING : [],
  prefix: typed.prefix,
  // As strong as the application asks for: where it asks for more later, this one is not enough any more.
  strength: application.strength,
  life: days(Number(typed.days)),
});

function errorsIn({ name, prefix }: TypedToken, hasApplication: boolean): FieldErrors | null {
  const errors = {
    ...(hasApplication ? {} : { application: CHOOSE_APPLICATION }),
    ...(/^[^\p{Cc}\p{Cf}]{1,60}$/u.test(name.trim()) ? {} : { name: NAME_TOKEN }),
    ...(prefix === '' || isTokenPrefix(prefix) ? {} : { prefix: NO_TOKEN_PREFIX }),
  };
  return Object.keys(errors).length === 0 ? null : errors;
}
