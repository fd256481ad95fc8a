import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import passport from 'passport';

/**
 * Lets Passport find out who a session belongs to, and keeps it where guards look. Runs after the session
 * middleware; a visitor has no session and costs nothing here.
 */
@Injectable()
export class PassportMiddleware {
  private readonly authenticate = passport.session();

  /** Express middleware. */
  readonly use = (request: Request, response: Response, next: NextFunction): void => {
    if (request.session === undefined) return next();
    this.authenticate(request, response, (error?: unknown) => {
      request.gatehouse.principal = request.user ?? null;
      request.gatehouse.csrfToken = request.user === undefined ? null : (request.session.csrf ?? null);
      next(error);
    });
  };
}
