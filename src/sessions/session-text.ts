import type { Instant } from '../kernel/clock.js';
import { columnOf, methodsIn } from './amr.js';
import type { Activity, Session } from './session-store.js';
import type { StoredSession } from './session-version.js';

/**
 * A session as one text, made so that its changing parts can be replaced without reading the rest:
 *
 * ```
 * 001795000000000001795003600000["public id","user id",…]⏎{"csrf":"…"}
 * last seen      idle end       what never changes       data
 * ```
 *
 * Some 450 bytes. Neither part of JSON holds a line end, so the first one stands before `data`. The last of what never
 * changes is the version, where there is one: none counts as 0.
 */
export const textOf = (session: Session, version: number): string =>
  `${firstLineOf(session, version)}\n${session.data}`;

/** All of the text but the data, without the line end. */
export const firstLineOf = (session: Session, version: number): string =>
  `${activityText(session)}${JSON.stringify(factsOf(session, version))}`;

/** The beginning of the text, always of the same length: it is written over when somebody comes back. */
export const activityText = ({
  lastSeenAt,
  idleExpiresAt,
}: Pick<Activity, 'lastSeenAt' | 'idleExpiresAt'>): string => `${fixed(lastSeenAt)}${fixed(idleExpiresAt)}`;

/** The session of a {@link textOf}; null of a text that is none. */
export function sessionIn(idHash: string, text: string): StoredSession | null {
  const end = text.indexOf('\n');
  const facts = factsIn(text.slice(2 * WIDTH, end));
  if (facts === null) return null;
  const [publicId, userId, createdAt, authenticatedAt, expiresAt, remembered, ...rest] = facts;
  const [amr, ip, userAgent, version = 0] = rest;
  return {
    idHash,
    publicId,
    userId,
    createdAt,
    authenticatedAt,
    lastSeenAt: Number(text.slice(0, WIDTH)),
    idleExpiresAt: Number(text.slice(WIDTH, 2 * WIDTH)) || null,
    expiresAt,
    remembered: remembered === 1,
    amr: methodsIn(amr),
    ip,
    userAgent,
    data: text.slice(end + 1),
    version,
  };
}

function factsIn(text: string): Facts | null {
  try {
    const facts: Facts = JSON.parse(text);
    return Array.isArray(facts) && (facts.length === 9 || facts.length === 10) ? facts : null;
  } catch {
    return null;
  }
}

/** Digits of an instant: enough until the year 33658. */
const WIDTH = 15;

type Facts = readonly [
  publicId: string,
  userId: string,
  createdAt: Instant,
  authenticatedAt: Instant,
  expiresAt: Instant,
  remembered: 0 | 1,
  amr: string,
  ip: string,
  userAgent: string,
  version?: number,
];

const factsOf = (session: Session, version: number): Facts => [
  session.publicId,
  session.userId,
  session.createdAt,
  session.authenticatedAt,
  session.expiresAt,
  session.remembered ? 1 : 0,
  columnOf(session.amr),
  session.ip,
  session.userAgent,
  ...(version === 0 ? ([] as const) : ([version] as const)),
];

/** No idle clock is written as 0. */
const fixed = (instant: Instant | null): string => String(instant ?? 0).padStart(WIDTH, '0');
