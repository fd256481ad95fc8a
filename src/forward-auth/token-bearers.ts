import { Injectable } from '@nestjs/common';
import { type AdmissionPolicy, isMeant } from '../applications/admission.js';
import type { Application } from '../applications/application.js';
import { Clock } from '../kernel/clock.js';
import { AccessTokens } from './access-tokens.js';
import type { Inside } from './insiders.js';
import { isAbout, type Question } from './question.js';
import { isBelow } from './token-rules.js';
import type { FoundToken } from './token-look-up.js';

/** What a program is answered that comes with a token. */
export type BearerAnswer = 'no-token' | 'denied' | { readonly inside: Inside };

/** Who is in an application by an access token now. */
@Injectable()
export class TokenBearers {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether a token that was found is good for this request, and for whom. Its use is noted in the background.
   * `denied`: it is one of this application, and not for this.
   */
  answerTo(
    token: FoundToken,
    application: Application,
    { question, policy }: { readonly question: Question; readonly policy: AdmissionPolicy },
  ): BearerAnswer {
    if (!application.tokens || token.application_name !== application.name) return 'no-token';
    if (this.clock.now() >= token.expires_at || token.strength < application.strength) return 'no-token';
    const { person } = token;
    const methods = token.methods.split(',');
    const isFor =
      (token.methods === '' || methods.includes(question.method)) &&
      (token.prefix === '' || isAbout(question, path => isBelow(path, token.prefix)));
    if (!isFor || !isMeant(application, person.groups, policy)) return 'denied';
    this.tokens.isUsed(token.digest, token.last_used_at);
    return {
      inside: { application, origin: question.origin, person, sid: token.id, amr: [], provedAt: null },
    };
  }
}
