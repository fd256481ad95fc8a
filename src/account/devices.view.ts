import { minutes } from '../kernel/durations.js';
import type { Instant } from '../kernel/clock.js';
import { deviceOf } from '../pages/device-words.js';
import { timeLeftInWords, timeView } from '../pages/time-in-words.js';
import type { OwnSessions } from '../sessions/session-list.js';
import type { Session } from '../sessions/session-store.js';
import { endLabel, endOthersLabel, SIGN_OUT_HERE } from './account.words.js';

/** The address of the page. */
export const PAGE = '/account/devices';

/** What the page shows beside the sessions. */
export interface DevicesPage {
  /** The public name of the session it is looked at through. */
  readonly current: string;
  /** Which of its forms the person had sent when they were asked for the password; anything at all. */
  readonly then: unknown;
  readonly now: Instant;
}

/** The person's sessions as the page of devices shows them: this one first, then the last used. */
export function devicesView({ sessions, others }: OwnSessions, { current, then, now }: DevicesPage) {
  const isThis = ({ publicId }: Session) => publicId === current;
  const ownFirst = [...sessions.filter(isThis), ...sessions.filter(session => !isThis(session))];
  const looks = ownFirst.map(looksOf);
  const count = others === 'listed' ? ownFirst.filter(session => !isThis(session)).length : null;
  const devices = ownFirst.map((session, index) => ({
    ...deviceView(session, now, looks.filter(look => look === looks[index]).length > 1),
    isThis: isThis(session),
  }));
  return {
    devices,
    others: count !== 0,
    notListed: others === 'not listed',
    maybeListed: others === 'maybe listed',
    next:
      then === `${PAGE}/end-others`
        ? endOthers(count)
        : (devices.map(endOne).find(({ action }) => action === then) ?? null),
  };
}

/** What tells one from another on the page. */
const looksOf = ({ userAgent, ip, createdAt }: Session): string =>
  JSON.stringify([deviceOf(userAgent).name, ip, Math.floor(createdAt / minutes(1))]);

function deviceView(session: Session, now: Instant, hasLike: boolean) {
  const { name, kind } = deviceOf(session.userAgent);
  return {
    publicId: session.publicId,
    device: name,
    [kind]: true,
    ip: session.ip,
    remembered: session.remembered,
    signedInAt: timeView(session.createdAt, now, hasLike ? 'second' : 'minute'),
    lastSeenAt: timeView(session.lastSeenAt, now),
    idle: session.idleExpiresAt === null ? null : timeLeftInWords(session.idleExpiresAt - now),
    absolute: timeLeftInWords(session.expiresAt - now),
  };
}

/** The button that does what somebody confirmed their password for. @param count how many there are; null: nobody knows. */
const endOthers = (count: number | null) =>
  count === 0 ? null : { action: `${PAGE}/end-others`, label: endOthersLabel(count) };

const endOne = ({
  publicId,
  device,
  isThis,
}: Readonly<{ publicId: string; device: string; isThis: boolean }>) => ({
  action: `${PAGE}/${publicId}/end`,
  label: isThis ? SIGN_OUT_HERE : endLabel(device),
});
