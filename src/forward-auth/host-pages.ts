import type { Asker } from './asking-browser.js';
import type { HostAnswer } from './host-page.js';
import { startPath } from './host-paths.js';
import type { Inside } from './insiders.js';
import type { WrongQuestion } from './wrong-question.js';

/** When trying again makes sense, in seconds. */
const SOON = '5';

/** What a page is called that somebody gets for a form. */
const NOT_SENT = 'This was not sent';

/**
 * The stores cannot answer: nobody is signed out for it, and no cookie is touched. Who has sent a form is told that the
 * application has not got it.
 */
export const unavailablePage = (asker: Asker): HostAnswer => ({
  status: 503,
  headers: { 'Retry-After': SOON },
  page: {
    view: 'gate/unavailable',
    model: { title: asker === 'form' ? NOT_SENT : 'Back in a moment', form: asker === 'form' },
  },
});

/** Nothing is at this address that anybody may know of. */
export const NOTHING_HERE: HostAnswer = { status: 403, page: { view: 'gate/denied' } };

/** The proxy asked what nobody can be let in by: the page says so, and a header says why, for who runs it. */
export const nothingAsked = (why: WrongQuestion): HostAnswer => ({
  status: 403,
  headers: { 'Gatehouse-Refused': why },
  page: { view: 'gate/denied', model: { wrong: true } },
});

/** Somebody is there who may not enter. Who is only loads a picture or a script gets no page of it. */
export const deniedPage = ({ person, application }: Pick<Inside, 'person' | 'application'>): HostAnswer => ({
  status: 403,
  page: {
    view: 'gate/denied',
    model: { person: person.username, label: application.label, signOut: '/.gatehouse/sign-out' },
  },
});

/**
 * Somebody has to sign in, and could not be led there: a form would be lost, a frame cannot show it, and a program would
 * take the sign-in page for its answer.
 */
export const expiredPage = (asker: Asker, address: string): HostAnswer => ({
  status: 401,
  headers: { 'Gatehouse-Sign-In': '/.gatehouse/start' },
  page: {
    view: 'gate/expired',
    model: {
      title: asker === 'form' ? NOT_SENT : 'Sign in first',
      form: asker === 'form',
      frame: asker === 'frame',
      start: startPath(address),
    },
  },
});
