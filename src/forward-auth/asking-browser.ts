import type { IncomingHttpHeaders } from 'node:http';

/**
 * What a request of an application comes from: somebody who goes to a page; a frame on a page; a form that is sent; or
 * anything else, such as a script, an image, a program, or a browser that loads what somebody may be about to open.
 */
export type Asker = 'page' | 'frame' | 'form' | 'program';

const FRAMES = ['iframe', 'frame', 'object', 'embed', 'fencedframe'];

/** Tells so by Fetch Metadata; of what sends none by its method, by whether HTML is what it wants first, and no script says so. */
export function askerOf(method: string, headers: IncomingHttpHeaders): Asker {
  if (isSpeculative(headers)) return 'program';
  const reads = method === 'GET' || method === 'HEAD';
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  if (mode === undefined && destination === undefined) {
    if (!wantsHtml(headers) || isOfScript(headers)) return 'program';
    return reads ? 'page' : 'form';
  }
  if (isOfWorker(headers)) return reads ? 'page' : 'form';
  if (mode !== 'navigate') return 'program';
  if (FRAMES.includes(String(destination))) return 'frame';
  if (destination !== 'document') return 'program';
  return reads ? 'page' : 'form';
}

/**
 * Whether somebody goes to a page that a service worker of the application fetches for it, as it is: by the Fetch standard
 * (section 5.4) that has no destination any more, and no script can make one whose mode is "navigate". Firefox makes its mode
 * "same-origin", and leaves what no script sends by itself: "Upgrade-Insecure-Requests".
 */
function isOfWorker(headers: IncomingHttpHeaders): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  if (destination !== 'empty') return false;
  if (mode === 'navigate') return true;
  return mode === 'same-origin' && headers['upgrade-insecure-requests'] === '1' && wantsHtml(headers);
}

/**
 * Whether what answers somebody who may have gone back must be of the site that they went back to. WebKit shows what a redirect
 * to another site answers to Back at the address of before, so that a sign-in form would be without style and send to the
 * wrong host; it tells Back, a bookmark and a typed address apart no more than others do. Other engines follow it well.
 */
export const mustStayForBack = ({
  'sec-fetch-site': site,
  'user-agent': agent = '',
}: IncomingHttpHeaders): boolean =>
  site === 'none' && /\bAppleWebKit\//.test(agent) && !/\bChrom(e|ium)\//.test(agent);

const wantsHtml = ({ accept = '' }: IncomingHttpHeaders): boolean => /^\s*text\/html\b/i.test(accept);

/** Libraries say so of what scripts ask for, also of parts of pages: nobody goes there. An app with a web view says its own name. */
const isOfScript = ({ 'x-requested-with': by }: IncomingHttpHeaders): boolean =>
  /^xmlhttprequest$/i.test(String(by));

/** Browsers and their extensions load what somebody may be about to open; nobody has asked for it yet. */
export const isSpeculative = ({
  'sec-purpose': purpose,
  purpose: old,
  'x-moz': older,
}: IncomingHttpHeaders): boolean => saysAhead(purpose) || saysAhead(old) || saysAhead(older);

const saysAhead = (value: string | string[] | undefined): boolean =>
  value !== undefined && /pre(fetch|render|view)/.test(String(value));
