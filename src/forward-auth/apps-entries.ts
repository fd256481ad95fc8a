import type { Application } from '../applications/application.js';
import type { Instant } from '../kernel/clock.js';
import { deviceOf } from '../pages/device-words.js';
import { timeView } from '../pages/time-in-words.js';
import type { Session } from '../sessions/session-store.js';
import type { AccessToken } from './access-token.entity.js';
import { AT_ONCE, endDevice, OPENED_FROM, STAYS_IN, TOKEN_FOR } from './forward-auth.words.js';
import type { OpenedApplication } from './opened-applications.js';

/** The address of the page. */
export const APPS_PAGE = '/account/apps';

/** What the end of a sign-in reaches: applications that refuse the next request, and those that go on by themselves. */
export interface Reach {
  readonly atOnce: readonly string[];
  /** They have a session of their own as well, which cannot be ended from here. */
  readonly own: readonly string[];
}

/** What is reached where somebody ends these. */
export function reachOf(opened: readonly Pick<OpenedApplication, 'application' | 'origin'>[]): Reach {
  const labels = (own: boolean) => [
    ...new Set(
      opened
        .filter(({ application }) => (application?.ownSession === true) === own)
        .map(({ application, origin }) => application?.label ?? origin),
    ),
  ];
  return { atOnce: labels(false), own: labels(true) };
}

/** A row of the list. */
interface Entry {
  readonly title: string;
  /** Where its title leads. */
  readonly link: string | null;
  readonly isHere: boolean;
  /** Whether it ends with the sign-in above it. */
  readonly below: boolean;
  /** From where it was opened, or what for. */
  readonly place: string | null;
  readonly sinceLabel: string;
  readonly since: ReturnType<typeof timeView>;
  /** Null: never. */
  readonly lastUsedAt: ReturnType<typeof timeView> | null;
  /** What its end does; null where that is plain. */
  readonly whenEnded: string | null;
  /** Where its form goes, with what it carries. */
  readonly action: string;
  readonly fields: { readonly signInId: string; readonly origin: string } | null;
  /** What its button says once its person confirmed who they are; null where nobody is asked. */
  readonly end: string | null;
  /** What its symbol shows. */
  readonly program?: boolean;
  readonly application?: boolean;
}

/** A sign-in in the list. */
export function signInEntry(
  { publicId, userAgent, createdAt, lastSeenAt }: Session,
  isHere: boolean,
  now: Instant,
): Entry {
  const { name: device, kind } = deviceOf(userAgent);
  return {
    ...{ title: device, link: null, isHere, below: false, place: null, sinceLabel: 'Signed in' },
    since: timeView(createdAt, now),
    lastUsedAt: timeView(lastSeenAt, now),
    whenEnded: null,
    action: isHere ? '/logout' : `${APPS_PAGE}/sign-ins/${publicId}/end`,
    fields: null,
    end: isHere ? null : endDevice(device),
    [kind]: true,
  };
}

/** An application that was opened. @param device of the sign-in above it; null: there is none, and nobody knows which. */
export function openedEntry(
  { application, origin, signInId, since, lastUsedAt }: OpenedApplication,
  device: string | null,
  now: Instant,
): Entry {
  return {
    ...{ title: application?.label ?? origin, link: origin, isHere: false, below: device !== null },
    place: device === null ? null : `${OPENED_FROM} ${device}`,
    sinceLabel: 'Opened',
    since: timeView(since, now),
    lastUsedAt: timeView(lastUsedAt, now),
    whenEnded: application?.ownSession === true ? STAYS_IN : AT_ONCE,
    ...{ action: `${APPS_PAGE}/end`, fields: { signInId, origin }, end: null, application: true },
  };
}

/** An access token. @param application null where there is none of its name any more. */
export function tokenEntry(
  { id, name, applicationName, madeAt, lastUsedAt }: AccessToken,
  application: Application | null,
  now: Instant,
): Entry {
  return {
    ...{ title: name, link: null, isHere: false, below: false },
    place: `${TOKEN_FOR} ${application?.label ?? applicationName}`,
    sinceLabel: 'Made',
    since: timeView(madeAt, now),
    lastUsedAt: lastUsedAt === null ? null : timeView(lastUsedAt, now),
    whenEnded: AT_ONCE,
    ...{ action: `${APPS_PAGE}/tokens/${id}/end`, fields: null, end: null, program: true },
  };
}
