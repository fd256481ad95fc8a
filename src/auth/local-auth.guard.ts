import { types } from 'node:util';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { form } from '../http/form-body.js';
import type { SignInOutcome } from './sign-in.js';
import { SignInForm } from './sign-in.form.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** What {@link LocalAuthGuard} found out. */
    signInOutcome?: SignInOutcome;
  }
}

const body = form(SignInForm);

/**
 * Runs Passport's local strategy and puts its outcome on the request. It lets every outcome through: what a
 * refusal looks like is the controller's to say. The form is checked first: for a field that is absent or
 * empty passport-local would take one from the address, where a password ends up in logs (ASVS 14.2.1).
 */
@Injectable()
export class LocalAuthGuard extends AuthGuard('local') {
  override canActivate(context: ExecutionContext) {
    const { username, password } = body.transform(context.switchToHttp().getRequest<Request>().body);
    return username === '' || password === '' ? true : super.canActivate(context);
  }

  override getAuthenticateOptions() {
    return { session: false, property: 'signInOutcome' };
  }

  /** `outcome` is false where a field was left empty. */
  override handleRequest<T>(error: unknown, outcome: T): T {
    // A failure of ours, whatever it is, must not look like a wrong password.
    if (error !== null && error !== undefined)
      throw types.isNativeError(error) ? error : new Error(String(error));
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the Passport edge: its type parameter is free
    const refused: any = { outcome: 'refused' };
    return outcome || refused;
  }
}
