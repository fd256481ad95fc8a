import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ErrorPages } from '../http/error-pages.js';
import { originOf } from '../http/request-origin.js';
import { SuspiciousRequest } from '../http/suspicious-request.js';
import { AuditLog } from './audit-log.js';

/** Records what a guard of `http/` refused, then answers it like any other refusal. */
@Catch(SuspiciousRequest)
@Injectable()
export class SuspiciousRequestFilter implements ExceptionFilter<SuspiciousRequest> {
  constructor(
    private readonly audit: AuditLog,
    private readonly pages: ErrorPages,
  ) {}

  catch(refusal: SuspiciousRequest, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const { principal } = request.gatehouse;
    this.audit.record(
      {
        event: refusal.suspicion,
        outcome: 'refused',
        userId: principal?.person.id ?? null,
        session: principal?.session.logName ?? null,
        facts: { reason: refusal.reason, method: request.method, path: request.path },
      },
      originOf(request),
    );
    this.pages.answer(refusal, request, http.getResponse<Response>());
  }
}
