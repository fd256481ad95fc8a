import { randomId } from '../crypto/random.js';
import type { Instant } from '../kernel/clock.js';
import type { Role } from '../kernel/principal.js';
import type { EmailAddress } from './email-address.js';
import { User } from './user.entity.js';
import type { Username } from './username.js';

/** A person to be. */
export interface NewUser {
  readonly username: Username;
  readonly email: EmailAddress | null;
  /** Whether a link was opened that was mailed to the address; false where nothing is said. */
  readonly emailConfirmed?: boolean;
  readonly role: Role;
  /** A PHC string; null: cannot sign in until a password is set. */
  readonly passwordHash: string | null;
  readonly demo?: boolean;
}

/** Their row, under a new id; nothing is stored yet. */
export const userOf = ({ username, email, emailConfirmed = false, ...person }: NewUser, now: Instant): User =>
  Object.assign(new User(), {
    id: randomId(),
    username: username.display,
    usernameKey: username.key,
    email: email?.display ?? null,
    emailKey: email?.key ?? null,
    emailConfirmedAt: emailConfirmed && email !== null ? now : null,
    displayName: username.display,
    role: person.role,
    passwordHash: person.passwordHash,
    passwordChangedAt: person.passwordHash === null ? null : now,
    demo: person.demo ?? false,
    createdAt: now,
    firstSignInAt: null,
    lastSignInAt: null,
    lastSignInIp: null,
    lastSignInAgent: null,
    secondFactorAt: null,
    factorResetAt: null,
    disabledAt: null,
    sessionsVersion: 0,
  } satisfies User);
