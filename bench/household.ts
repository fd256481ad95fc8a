import { createHmac, hash } from 'node:crypto';
import { digestOf } from '../src/crypto/secret-token.js';
import { hours, minutes, seconds } from '../src/kernel/durations.js';
import type { Session } from '../src/sessions/session-store.js';

/** How many people and sessions a store is filled with. Sessions are spread over the people evenly. */
export interface Household {
  readonly people: number;
  readonly sessions: number;
}

/** Somebody with an account. */
export interface Person {
  readonly id: string;
  readonly username: string;
}

/** The person of this number. */
export const personAt = (index: number): Person => ({
  id: uuidOf(`person ${index}`),
  username: `person-${index}`,
});

/** The session of this number, of one of so many people: like a real one in every length, and no two alike. */
export function sessionAt(index: number, people: number, now: number): Session {
  const lastSeenAt = now - ((index * 7919) % minutes(10));
  const createdAt = lastSeenAt - ((index * 104_729) % hours(8));
  return {
    idHash: digestOf(idOf(index)),
    publicId: uuidOf(`session ${index}`),
    userId: personAt(index % people).id,
    createdAt,
    authenticatedAt: createdAt,
    ...usedAt(lastSeenAt),
    expiresAt: createdAt + hours(24),
    remembered: false,
    amr: ['pwd'],
    ip: `10.${index & 255}.${(index >> 8) & 255}.${(index >> 16) & 255}`,
    userAgent: userAgentOf(index),
    data: JSON.stringify({ csrf: digestOf(`csrf ${index}`) }),
  };
}

/** The clocks of a session that is used at `now`. */
export const usedAt = (now: number) => ({ lastSeenAt: now, idleExpiresAt: now + hours(1) });

/** How long a session that was used need not be written down again, with a margin for the measurement itself. */
export const FRESH = minutes(1) - seconds(15);

/** The cookie of a session as express-session signs it. */
export function cookieOf(index: number, secret: string): string {
  const id = idOf(index);
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return `gatehouse=${encodeURIComponent(`s:${id}.${signature}`)}`;
}

const idOf = (index: number): string => digestOf(`session ${index}`);

function uuidOf(text: string): string {
  const digits = hash('sha256', text, 'hex');
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
  ];
  return [...parts, digits.slice(20, 32)].join('-');
}

const SYSTEMS = ['X11; Linux x86_64', 'Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10.15'];

function userAgentOf(index: number): string {
  const version = `${120 + (index % 20)}.0`;
  return `Mozilla/5.0 (${SYSTEMS[index % SYSTEMS.length]}; rv:${version}) Gecko/20100101 Firefox/${version}`;
}
