import type { Request } from 'express';
import { randomText } from '../crypto/random.js';
import { pathOf } from './return-to.js';

/**
 * How many of each kind wait in one session; the oldest gives way to a fifth. Each has a key of its own, because two
 * requests that change the same key at once keep one of them; where many come at once there are more for a moment.
 */
const MOST = 4;

/**
 * Leaves a sentence for a page of this site, such as `/account`, to which the person is led next, whatever its query.
 * Other tabs have other pages open: they do not show it, and what waits for them stays. Kept before this returns.
 * @throws Unavailable
 */
export async function leaveNotice(request: Request, page: string, sentence: string): Promise<void> {
  if (request.session === undefined) return;
  makeRoom(request.session, keysOf(request.session, isNotice));
  request.session[`notice:${randomText(12)}`] = { page: pathOf(page), sentence };
  await save(request);
}

/** What waits for this page, which is shown once; null for nothing. */
export function takeNotice({ method, path, session }: Request): string | null {
  if (method !== 'GET' || session === undefined) return null;
  const taken = keysOf(session, isNotice).filter(key => session[key]?.page === path);
  const sentences = taken.slice(-MOST).map(key => session[key]?.sentence);
  for (const key of taken) Reflect.deleteProperty(session, key);
  // More than one where a tab was closed before it arrived; the same words twice tell nobody more.
  return taken.length === 0 ? null : [...new Set(sentences)].join(' ');
}

/**
 * Keeps what a form held while its person goes and confirms who they are, or after they signed in again.
 * @param address the page the form is on. @returns its address, which says what was kept for this tab. @throws Unavailable
 */
export async function keepForm(
  request: Request,
  address: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  if (request.session === undefined || Object.keys(fields).length === 0) return address;
  const handle = randomText(12);
  const [page = address, query] = address.split(/\?(.*)/s);
  const queries = new URLSearchParams(query);
  queries.set('kept', handle);
  makeRoom(request.session, keysOf(request.session, isKept));
  request.session[`kept:${handle}`] = { page: pathOf(page), fields };
  await save(request);
  return `${page}?${queries.toString()}`;
}

/** What was kept for the tab that opens this page, once; nothing where nothing was. */
export function takeForm(request: Request, page: string): Readonly<Record<string, string>> {
  const key = `kept:${String(request.query['kept'])}` as const;
  const form = request.session?.[key];
  if (form === undefined || form.page !== pathOf(page)) return {};
  Reflect.deleteProperty(request.session, key);
  return form.fields;
}

type NoticeKey = `notice:${string}`;
type KeptKey = `kept:${string}`;

const isNotice = (key: string): key is NoticeKey => key.startsWith('notice:');
const isKept = (key: string): key is KeptKey => key.startsWith('kept:');

/** The keys of one kind, the oldest first: a store adds what is new behind what it has. */
const keysOf = <K extends string>(session: object, isOne: (key: string) => key is K): readonly K[] =>
  Object.keys(session).filter(isOne);

/** Lets the oldest go, so that one more may wait. */
function makeRoom(session: object, waiting: readonly string[]): void {
  for (const key of waiting.slice(0, Math.max(0, waiting.length - MOST + 1)))
    Reflect.deleteProperty(session, key);
}

/** express-session would save by itself, but only after the redirect has reached the browser. */
function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.save((error?: unknown) => (error ? reject(error) : resolve())),
  );
}
