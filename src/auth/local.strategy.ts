import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-local';
import { originOf } from '../http/request-origin.js';
import { visitOf } from '../http/visit.js';
import { KnownDevices } from '../throttle/known-devices.js';
import { SignIn, type SignInOutcome } from './sign-in.js';

/** Passport's local strategy: username and password from a form. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(
    private readonly signIn: SignIn,
    private readonly devices: KnownDevices,
  ) {
    super({ usernameField: 'username', passwordField: 'password', passReqToCallback: true });
  }

  /** Passport's word for the result is "user"; here it is an outcome, also when nobody may come in. */
  validate(request: Request, username: string, password: string): Promise<SignInOutcome> {
    const attempt = {
      login: username,
      password,
      origin: originOf(request),
      purpose: 'sign-in',
      knownDevice: this.devices.reader(visitOf(request)),
    } as const;
    return this.signIn.attempt(attempt);
  }
}
