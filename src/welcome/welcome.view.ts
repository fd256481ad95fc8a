import type { SessionConfig } from '../config/app-config.js';
import { methodsInWords } from '../pages/methods-in-words.js';
import { timeView } from '../pages/time-in-words.js';
import type { Instant } from '../kernel/clock.js';
import type { CurrentSessionFacts } from '../kernel/principal.js';
import type { SignInBefore } from '../sessions/sign-in-before.js';

/** What is known of a session. */
export interface KnownSession {
  readonly session: CurrentSessionFacts;
  readonly before: SignInBefore | null;
}

/** What the welcome page tells of a session and of the sign-in before it. */
export function welcomeView({ session, before }: KnownSession, policy: SessionConfig, now: Instant) {
  const recentUntil = session.authenticatedAt + policy.recentSignIn;
  return {
    before: before === null ? null : { ...before, at: timeView(before.at, now) },
    signedInWith: methodsInWords(session.amr),
    signedInAt: timeView(session.authenticatedAt, now),
    ip: session.ip,
    remembered: session.remembered,
    idle: session.idleExpiresAt === null ? null : timeView(session.idleExpiresAt, now),
    absolute: timeView(session.expiresAt, now),
    recent: recentUntil > now ? timeView(recentUntil, now) : null,
  };
}
