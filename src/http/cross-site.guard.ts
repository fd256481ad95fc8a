import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { sameSecret } from '../crypto/secret-token.js';
import { AnswersJsonMark, isOpen, keptFields, VisitorFormMark } from './access.js';
import { ComeBack } from './come-back.js';
import { isForeignEmbedding, isSafeMethod, sourceOf } from './cross-site.js';
import { fieldsOf, FormFields } from './form-body.js';
import { FormOwners } from './form-owners.js';
import { FOREIGN, SEND_AGAIN, STALE } from './http.words.js';
import { keepForm, leaveNotice } from './next-page.js';
import { pageOf, pathOf } from './return-to.js';
import { SuspiciousRequest } from './suspicious-request.js';
import { wantsJson } from './wants-json.js';

/**
 * Refuses what other sites make a browser send (CSRF). Every changing request must come from this site;
 * one that comes with a session must also carry the session's token, in the form field `_csrf` or the
 * header `X-CSRF-Token` (ASVS 3.5.1, SP 800-63B-4 5.1). A form of the same person's session before is not
 * taken either, but shown again.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly reflector: Reflector,
    private readonly owners: FormOwners,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<never> {
    const request = context.switchToHttp().getRequest<Request>();
    const handler = context.getHandler();
    request.gatehouse.answersJson = this.reflector.get(AnswersJsonMark, handler) === true;
    if (isSafeMethod(request.method))
      return this.refuseIf(isForeignEmbedding(request.headers), 'embedding', FOREIGN);
    const source = sourceOf(request.headers, this.config.publicUrl);
    this.refuseIf(source === 'elsewhere', 'source', FOREIGN);
    const isForVisitors =
      this.reflector.get(VisitorFormMark, handler) === true && isOpen(this.reflector, context);
    const needsToken = request.gatehouse.csrfToken !== null && !isForVisitors;
    if (!needsToken || carriesToken(request)) return true;
    const page = this.pageOfOwnForm(request);
    return page === null
      ? this.refuseIf(true, 'token', STALE)
      : this.showAgain(request, page, keptFields(this.reflector, context));
  }

  /** Where a form stands that was made for this very person, in a session before this one; null for any other. */
  private pageOfOwnForm(request: Request): string | null {
    const body: unknown = request.body;
    const { principal } = request.gatehouse;
    if (!(body instanceof FormFields) || principal === null || wantsJson(request)) return null;
    if (this.owners.ownerOf(body) !== principal.person.id) return null;
    return pageOf(request.headers.referer, this.config.publicUrl);
  }

  /** Nothing is done, but what was typed is not lost either: its person looks at it and sends it again. */
  private async showAgain(request: Request, page: string, keeps: readonly string[]): Promise<never> {
    await leaveNotice(request, pathOf(page), SEND_AGAIN);
    throw new ComeBack(await keepForm(request, page, fieldsOf(request.body, keeps)));
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
