import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { isSafeMethod } from './cross-site.js';
import { ErrorPages } from './error-pages.js';
import { FormAddresses } from './form-addresses.js';
import { wantsPage } from './wants-json.js';

/** The last exit of every failed request: nothing a handler throws reaches a visitor in any other form. */
@Catch()
@Injectable()
export class ErrorPagesFilter implements ExceptionFilter {
  constructor(
    private readonly pages: ErrorPages,
    private readonly forms: FormAddresses,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const page = error instanceof NotFoundException ? this.pageMeant(request) : null;
    if (page === null || response.headersSent) return this.pages.answer(error, request, response);
    response.redirect(303, page);
  }

  /** Where a browser is to go that opens the address of a form. Programs are told that nothing is there. */
  private pageMeant(request: Request): string | null {
    return isSafeMethod(request.method) && wantsPage(request) ? this.forms.pageAbove(request.path) : null;
  }
}
