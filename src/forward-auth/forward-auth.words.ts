import type { TicketSight } from './tickets.js';

export const DENIED = 'Not allowed';
export const CIRCLE = 'This goes round in a circle';
export const NO_SUCH_APPLICATION = 'No such application';

/** What was seen of the ticket that an application’s host was shown last. */
const SIGHTS: Readonly<Record<TicketSight | 'never', string>> = {
  right: 'Somebody came in, and the session was lost again right after: its cookie was not kept or not sent.',
  'no-cookie': 'The browser sent no cookie of that site: it keeps none, or the proxy takes them away.',
  'other-browser': 'The browser sent the cookie of another way there: it was cleared or replaced in between.',
  'other-host': 'The ticket arrived at another address: the proxy passes another Host on.',
  late: 'The ticket arrived more than a minute late: a clock or a proxy is very slow.',
  ended: 'The sign-in had ended by then.',
  never: 'Nothing: no ticket arrived. The proxy does not pass /.gatehouse/ on to the sign-in server.',
};

export const sightInWords = (seen: TicketSight | 'never'): string => SIGHTS[seen];

/** `A`, `A and B`, `A, B and C`. */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What was reached, once somebody ended what they had opened, or a sign-in with all that was opened from it. */
export function ended({ atOnce, own }: Readonly<Record<'atOnce' | 'own', readonly string[]>>): string {
  const refuse = atOnce.length === 1 ? 'refuses' : 'refuse';
  const have = own.length === 1 ? 'has a session of its own' : 'have sessions of their own';
  return [
    'Ended.',
    ...(atOnce.length > 0 ? [`${listed(atOnce)} ${refuse} the next request.`] : []),
    ...(own.length > 0 ? [`${listed(own)} ${have} as well, which we cannot end: sign out there, too.`] : []),
  ].join(' ');
}

export const AT_ONCE = 'refused at once';
export const STAYS_IN = 'It has a session of its own as well, which we cannot end: sign out there, too.';
export const OPENED_FROM = 'Opened from';
export const TOKEN_FOR = 'Access token for';
export const TO_END_SIGN_IN = 'end a session';
export const endDevice = (device: string): string => `End ${device}`;

export const TO_MAKE_TOKEN = 'make an access token';
export const TOKEN_ENDED = 'Ended. The token lets no program in any more.';
export const CHOOSE_APPLICATION = 'Choose an application that takes tokens.';

/** Of applications, by their labels, that take no tokens from who is signed in with less. */
export const takeAfterFactor = (labels: readonly string[]): string =>
  `${listed(labels)} ${labels.length === 1 ? 'takes' : 'take'} tokens after a second factor alone.`;

export const NAME_TOKEN = 'Give it a name of 1 to 60 characters, by which you know it later.';
export const NO_TOKEN_PREFIX =
  'Write a path such as /calendars/ada, of plain letters and digits, or leave it empty.';

export const tooManyTokens = (most: number): string =>
  `You have ${most} tokens, which is all one can have. End one that you do not use, then try again.`;
