import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { sameSecret } from '../crypto/secret-token.js';
import { AnswersJsonMark, VisitorFormMark } from './access.js';
import { isForeignEmbedding, isSafeMethod, sourceOf } from './cross-site.js';
import { FormFields } from './form-body.js';
import { SuspiciousRequest } from './suspicious-request.js';

const FOREIGN = 'This request came from another site, so nothing was done. Open the page here and try again.';
const STALE = 'This page is out of date, so nothing was done. Go back, reload it and try again.';

/**
 * Refuses what other sites make a browser send (CSRF). Every changing request must come from this site;
 * one that comes with a session must also carry the session's token, in the form field `_csrf` or the
 * header `X-CSRF-Token` (ASVS 3.5.1, SP 800-63B-4 5.1).
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const handler = context.getHandler();
    request.gatehouse.answersJson = this.reflector.get(AnswersJsonMark, handler) === true;
    if (isSafeMethod(request.method))
      return this.refuseIf(isForeignEmbedding(request.headers), 'embedding', FOREIGN);
    const source = sourceOf(request.headers, this.config.publicUrl);
    this.refuseIf(source === 'elsewhere', 'source', FOREIGN);
    const needsToken =
      request.gatehouse.csrfToken !== null && this.reflector.get(VisitorFormMark, handler) !== true;
    return this.refuseIf(needsToken && !carriesToken(request), 'token', STALE);
  }

  private refuseIf(refuse: boolean, reason: string, sentence: string): true {
    if (refuse) throw new SuspiciousRequest(403, sentence, 'malicious_csrf', reason);
    return true;
  }
}

function carriesToken(request: Request): boolean {
  const expected = request.gatehouse.csrfToken;
  const body: unknown = request.body;
  const given = (body instanceof FormFields ? body['_csrf'] : undefined) ?? request.headers['x-csrf-token'];
  return expected !== null && typeof given === 'string' && sameSecret(given, expected);
}
