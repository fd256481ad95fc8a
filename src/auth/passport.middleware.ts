import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import passport from 'passport';

/**
 * Gives a visitor's request what Passport needs to log somebody in. The sign-in form has it from its strategy; who comes in
 * by a mailed link was asked by none. The session must be open, and is still empty.
 */
export function equip(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Reflect.has(request, 'logIn')) return resolve();
    passport.session()(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

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
