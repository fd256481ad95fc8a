import { Injectable } from '@nestjs/common';
import { PassportSerializer } from '@nestjs/passport';
import type { Principal } from '../kernel/principal.js';
import { SignedIn } from '../sessions/signed-in.js';

type Done<T> = (error: Error | null, value: T) => void;

/**
 * What Passport keeps of a person in the session and makes of it again. The session store brings the person
 * along with the session, so there is nothing to look up, and a person who is gone or disabled has no
 * session to begin with. Never rejects: Passport would leave the request hanging.
 */
@Injectable()
export class SessionSerializer extends PassportSerializer {
  override serializeUser(ticket: unknown, done: Done<unknown>): void {
    done(null, ticket);
  }

  override deserializeUser(kept: unknown, done: Done<Principal | null>): void {
    done(null, kept instanceof SignedIn ? kept.principal : null);
  }
}
