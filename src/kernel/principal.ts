import type { Instant } from './clock.js';

/** What a person may do. Each capability says in its own guard which role it needs. */
export type Role = 'user' | 'admin';

/**
 * How somebody proved who they are; the values are RFC 8176 authentication method references. `pwd` a password; `otp` a
 * code of an authenticator or a recovery code; `hwk` a key that never leaves its device; `swk` a key that is synced; `user`
 * somebody touched it; `mfa` the key itself verified its user, by a PIN or a fingerprint.
 */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'swk' | 'user' | 'mfa';

/** Somebody with an account, as plain data: no password hash, nothing that may not be shown to them. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  /** Since when the address is known to be theirs; null: nobody has opened a link there. See `users/confirmed-address.ts`. */
  readonly emailConfirmedAt: Instant | null;
  readonly role: Role;
  /** Since when no sign-in of theirs is whole without a second factor; null: they have none. */
  readonly secondFactorAt: Instant | null;
}

/** The person behind a request. */
export interface CurrentPerson extends Person {
  /** The names of the groups they are in as the request begins, sorted. */
  readonly groups: readonly string[];
  /** When a reset of their second factors takes effect that somebody has asked for; null: none waits. */
  readonly factorResetAt: Instant | null;
}

/** The session behind a request. `publicId` names it on pages; the secret id stands nowhere. */
export interface CurrentSessionFacts {
  readonly publicId: string;
  /** The first characters of the id's hash: enough to find a session in the log, useless to take it over. */
  readonly logName: string;
  readonly createdAt: Instant;
  readonly authenticatedAt: Instant;
  readonly lastSeenAt: Instant;
  /** When it ends without activity; null where the person asked to be remembered. */
  readonly idleExpiresAt: Instant | null;
  /** When it ends whatever happens. */
  readonly expiresAt: Instant;
  readonly remembered: boolean;
  readonly amr: readonly AuthenticationMethod[];
  /** Where the sign-in came from. */
  readonly ip: string;
  readonly userAgent: string;
}

/** Who asks: a signed-in person and the session they ask through. */
export interface Principal {
  readonly person: CurrentPerson;
  readonly session: CurrentSessionFacts;
  /** A role that is not in force, because nobody has shown a second factor in this session; null where none sleeps. */
  readonly dormantRole?: Role | null;
}
