import type { SessionConfig } from '../config/app-config.js';
import { randomId } from '../crypto/random.js';
import type { Instant } from '../kernel/clock.js';
import { clocksAtSignIn } from './session-policy.js';
import type { Session } from './session-store.js';
import type { SignInTicket } from './signed-in.js';

/** What a session begins with, beside its ticket. */
export interface SessionStart {
  readonly idHash: string;
  /** The session whose sign-in goes on with it; null for a new one. */
  readonly renewed: Session | null;
  /** JSON text: the CSRF token and what the application keeps. */
  readonly data: string;
  readonly now: Instant;
  readonly policy: SessionConfig;
}

/** The session of a verified sign-in, as it begins: its clocks run from now. What was proved before stays proved. */
export function newSession(
  { person, details: { origin, proof, remembered } }: SignInTicket,
  { idHash, renewed, data, now, policy }: SessionStart,
): Session {
  return {
    idHash,
    publicId: renewed?.publicId ?? randomId(),
    userId: person.id,
    createdAt: renewed?.createdAt ?? now,
    authenticatedAt: now,
    lastSeenAt: now,
    ...clocksAtSignIn(policy, remembered, now),
    remembered,
    amr: [...new Set([...(renewed?.amr ?? []), ...proof.amr])],
    ip: origin.ip,
    userAgent: origin.userAgent,
    data,
  };
}
