import type { SessionConfig } from '../config/app-config.js';
import { timeView } from '../pages/time-in-words.js';
import type { Instant } from '../kernel/clock.js';
import type { CurrentSessionFacts } from '../kernel/principal.js';

/** What the welcome page tells of a session. */
export function welcomeView(session: CurrentSessionFacts, policy: SessionConfig, now: Instant) {
  const recentUntil = session.authenticatedAt + policy.recentSignIn;
  return {
    signedInAt: timeView(session.authenticatedAt, now),
    ip: session.ip,
    remembered: session.remembered,
    idle: session.idleExpiresAt === null ? null : timeView(session.idleExpiresAt, now),
    absolute: timeView(session.expiresAt, now),
    recent: recentUntil > now ? timeView(recentUntil, now) : null,
  };
}
