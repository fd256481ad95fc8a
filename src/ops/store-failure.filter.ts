import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TypeORMError } from 'typeorm';
import { asUnavailable } from '../database/store-failure.js';
import { ErrorPages } from '../http/error-pages.js';

/** Tells "the database cannot answer" (503, try again) from "our statement is wrong" (500). */
@Catch(TypeORMError)
@Injectable()
export class StoreFailureFilter implements ExceptionFilter<TypeORMError> {
  constructor(private readonly pages: ErrorPages) {}

  catch(error: TypeORMError, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.pages.answer(asUnavailable(error), http.getRequest<Request>(), http.getResponse<Response>());
  }
}
