import { timeLeftInWords, timeView } from '../pages/time-in-words.js';
import type { Instant } from '../kernel/clock.js';
import type { OwnSessions } from '../sessions/session-list.js';
import type { Session } from '../sessions/session-store.js';
import { deviceInWords } from '../pages/device-words.js';

/** The person's sessions as the page of devices shows them: this one first, then the last used. */
export function devicesView({ sessions, others }: OwnSessions, current: string, now: Instant) {
  const ownFirst = [...sessions].sort(
    (a, b) => Number(b.publicId === current) - Number(a.publicId === current),
  );
  return {
    devices: ownFirst.map(session => deviceView(session, session.publicId === current, now)),
    others: others !== 'listed' || sessions.some(session => session.publicId !== current),
    notListed: others === 'not listed',
    maybeListed: others === 'maybe listed',
  };
}

function deviceView(session: Session, isThis: boolean, now: Instant) {
  return {
    publicId: session.publicId,
    isThis,
    device: deviceInWords(session.userAgent),
    ip: session.ip,
    how: HOW[session.amr[0] ?? 'pwd'],
    remembered: session.remembered,
    signedInAt: timeView(session.authenticatedAt, now),
    lastSeenAt: timeView(session.lastSeenAt, now),
    idle: session.idleExpiresAt === null ? null : timeLeftInWords(session.idleExpiresAt - now),
    absolute: timeLeftInWords(session.expiresAt - now),
  };
}

const HOW = { pwd: 'with a password' } as const;
