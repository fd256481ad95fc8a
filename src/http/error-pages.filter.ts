import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ErrorPages } from './error-pages.js';

/** The last exit of every failed request: nothing a handler throws reaches a visitor in any other form. */
@Catch()
@Injectable()
export class ErrorPagesFilter implements ExceptionFilter {
  constructor(private readonly pages: ErrorPages) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.pages.answer(error, http.getRequest<Request>(), http.getResponse<Response>());
  }
}
