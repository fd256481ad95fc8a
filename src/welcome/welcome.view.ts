import type { SessionConfig } from '../config/app-config.js';
import { durationInWords, timeView } from '../http/time-in-words.js';
import type { Instant } from '../kernel/clock.js';
import type { CurrentSessionFacts } from '../kernel/principal.js';

/** What the welcome page tells of a session. */
export function welcomeView(session: CurrentSessionFacts, policy: SessionConfig, now: Instant) {
  const recentUntil = session.authenticatedAt + policy.recentSignIn;
  return {
    signedInAt: timeView(session.authenticatedAt, now),
    ip: session.ip,
    remembered: session.remembered,
    idle: session.idleExpiresAt === null ? null : clockView(session.idleExpiresAt, now),
    absolute: clockView(session.expiresAt, now),
    recent: recentUntil > now ? clockView(recentUntil, now) : null,
  };
}

/** A clock of the session: what is left of it, and when exactly it ends. */
const clockView = (end: Instant, now: Instant) => ({
  left: durationInWords(end - now),
  ...timeView(end, now),
});
