import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import passport from 'passport';
import type { Principal } from '../kernel/principal.js';
import { strengthOf } from '../kernel/strength.js';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy.js';

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

  constructor(private readonly policy: SecondFactorPolicy) {}

  /** Express middleware. */
  readonly use = (request: Request, response: Response, next: NextFunction): void => {
    if (request.session === undefined) return next();
    this.authenticate(request, response, (error?: unknown) => {
      const principal = request.user === undefined ? null : this.inForce(request.user);
      request.gatehouse.principal = principal;
      request.user = principal ?? undefined;
      request.gatehouse.csrfToken = principal === null ? null : (request.session.csrf ?? null);
      next(error);
    });
  };

  /**
   * A session of before everybody had to have a second factor opens nothing: its person signs in anew, and adds one.
   * An administrator who has not shown a second factor is a user like others, where one is asked of administrators. Here and
   * not where Passport makes a person of the session: Passport is one for the whole process.
   */
  private inForce(principal: Principal): Principal | null {
    const { person, session } = principal;
    const strength = strengthOf(session.amr);
    if (!this.policy.takes(strength)) return null;
    if (person.role === 'user') return principal;
    const role = this.policy.roleInForce(person.role, strength);
    return role === person.role
      ? principal
      : { session, person: { ...person, role }, dormantRole: person.role };
  }
}
