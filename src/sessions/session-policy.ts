import type { SessionConfig } from '../config/app-config.js';
import { futureFrom, type Instant } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import type { Session } from './session-store.js';

/** At most this many sessions a person; the longest unused makes room (ASVS 7.1.2). */
export const MAX_SESSIONS = 20;

/** `lastSeenAt` is written at most this often: a page view need not cost a disk write. */
export const SEEN_RESOLUTION: Duration = minutes(1);

/** Two sign-ins of one browser within this time are two clicks on one button. */
export const TWO_CLICKS: Duration = seconds(5);

/** What tells where a session began, and when. */
type Beginning = Pick<Session, 'userId' | 'createdAt' | 'ip' | 'userAgent'>;

/**
 * Whether two sessions of a person began with two clicks that reached two processes: its browser got the cookie
 * of one of them only. What does not say which browser it is, is never taken for another one's twin.
 */
export const areTwins = (one: Beginning, other: Beginning): boolean =>
  one.userId === other.userId &&
  one.userAgent !== '' &&
  one.userAgent === other.userAgent &&
  one.ip === other.ip &&
  Math.abs(one.createdAt - other.createdAt) <= TWO_CLICKS;

/** The clocks of one session. */
export interface SessionClocks {
  /** Null: it does not end for lack of activity. */
  readonly idleExpiresAt: Instant | null;
  readonly expiresAt: Instant;
}

/**
 * Whether somebody who asked to stay signed in does. Where that is offered no more, a session of before goes on as an
 * ordinary one once its person confirms who they are: with no remembered life it would be over at that very instant.
 */
export const isRemembered = (policy: SessionConfig, asked: boolean): boolean =>
  asked && policy.rememberMe > 0;

/** The clocks of a session that starts now (ASVS 7.3.1, 7.3.2; SP 800-63B-4 5.2). */
export function clocksAtSignIn(policy: SessionConfig, remembered: boolean, now: Instant): SessionClocks {
  if (isRemembered(policy, remembered)) return { idleExpiresAt: null, expiresAt: now + policy.rememberMe };
  const expiresAt = now + policy.lifetime;
  return { idleExpiresAt: Math.min(now + policy.idle, expiresAt), expiresAt };
}

/** The idle clock after activity. It never outruns the absolute one. */
export function idleAfterActivity(
  clocks: SessionClocks,
  policy: SessionConfig,
  now: Instant,
): Instant | null {
  return clocks.idleExpiresAt === null ? null : Math.min(now + policy.idle, clocks.expiresAt);
}

/** When a session ends if nothing happens any more. */
export const endOf = (clocks: SessionClocks): Instant =>
  Math.min(clocks.idleExpiresAt ?? clocks.expiresAt, clocks.expiresAt);

/** Whether a session may still be used. At the very instant of its end it may not. */
export const isAlive = (clocks: SessionClocks, now: Instant): boolean => now < endOf(clocks);

/** The order in which a person sees their sessions, and in which those beyond the most go. */
export const lastUsedFirst = (one: SessionInstants, other: SessionInstants): number =>
  other.lastSeenAt - one.lastSeenAt || other.createdAt - one.createdAt;

/**
 * Whether activity now is worth writing down: once a minute. A clock set back does not stop it.
 */
export const isTouchDue = (lastSeenAt: Instant, now: Instant): boolean =>
  Math.abs(now - lastSeenAt) >= SEEN_RESOLUTION;

/** Every instant of a session. */
export type SessionInstants = SessionClocks &
  Readonly<Record<'createdAt' | 'authenticatedAt' | 'lastSeenAt', Instant>>;

/**
 * The instants of a session as they are once the clock was put back: what lies in the future counts as now, and it ends
 * at most its life from now. Null where there is nothing to set right. To be kept, or it would never end.
 */
export function setRight(
  { createdAt, authenticatedAt, lastSeenAt, ...clocks }: SessionInstants & { readonly remembered: boolean },
  policy: SessionConfig,
  now: Instant,
): SessionInstants | null {
  if (Math.max(createdAt, authenticatedAt, lastSeenAt) < futureFrom(now)) return null;
  const longest = clocksAtSignIn(policy, clocks.remembered, now);
  return {
    createdAt: Math.min(createdAt, now),
    authenticatedAt: Math.min(authenticatedAt, now),
    lastSeenAt: Math.min(lastSeenAt, now),
    expiresAt: Math.min(clocks.expiresAt, longest.expiresAt),
    idleExpiresAt:
      clocks.idleExpiresAt === null
        ? null
        : Math.min(clocks.idleExpiresAt, longest.idleExpiresAt ?? Infinity),
  };
}

/** Whether the last full sign-in is recent enough for a sensitive action (ASVS 7.5.1). */
export const isRecentSignIn = (authenticatedAt: Instant, policy: SessionConfig, now: Instant): boolean =>
  now - authenticatedAt < policy.recentSignIn;
