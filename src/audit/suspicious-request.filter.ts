import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ErrorPages } from '../http/error-pages.js';
import { remark } from '../http/remarks.js';
import { SuspiciousRequest } from '../http/suspicious-request.js';

/** Records what a guard of `http/` refused, then answers it like any other refusal. */
@Catch(SuspiciousRequest)
@Injectable()
export class SuspiciousRequestFilter implements ExceptionFilter<SuspiciousRequest> {
  constructor(private readonly pages: ErrorPages) {}

  catch(refusal: SuspiciousRequest, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    remark(request, { event: refusal.suspicion, reason: refusal.reason });
    this.pages.answer(refusal, request, http.getResponse<Response>());
  }
}
