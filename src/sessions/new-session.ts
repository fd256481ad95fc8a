import type { SessionConfig } from '../config/app-config.js';
import { randomId } from '../crypto/random.js';
import type { Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Proof } from './proof.js';
import { clocksAtSignIn, isRemembered } from './session-policy.js';
import type { Session } from './session-store.js';

/** What a session begins with. */
export interface SessionStart {
  readonly idHash: string;
  readonly userId: string;
  readonly origin: RequestOrigin;
  readonly proof: Proof;
  readonly remembered: boolean;
  /** Whether less was proved now than its person can prove: then the last full proof is the one before. */
  readonly partly: boolean;
  /** Whether what was proved a moment ago, in the session before, counts on beside it. */
  readonly adds: boolean;
  /** The session whose sign-in goes on with it; null for a new one. */
  readonly renewed: Session | null;
  /** JSON text: the CSRF token and what the application keeps. */
  readonly data: string;
  readonly now: Instant;
  readonly policy: SessionConfig;
}

/**
 * The session of a verified sign-in, as it begins: its clocks run from now. Of the session before it keeps what was proved only
 * where its last full proof stays the one before, or is a moment ago: else an old proof, maybe of a factor that is gone, would be
 * as new as this one.
 */
export function newSession(start: SessionStart): Session {
  const { idHash, userId, origin, proof, partly, adds, renewed, data, now, policy } = start;
  const remembered = isRemembered(policy, start.remembered);
  return {
    idHash,
    publicId: renewed?.publicId ?? randomId(),
    userId,
    createdAt: renewed?.createdAt ?? now,
    authenticatedAt: partly ? (renewed?.authenticatedAt ?? now) : now,
    lastSeenAt: now,
    ...clocksAtSignIn(policy, remembered, now),
    remembered,
    amr: [...new Set([...(partly || adds ? (renewed?.amr ?? []) : []), ...proof.amr])],
    ip: origin.ip,
    userAgent: origin.userAgent,
    data,
  };
}
