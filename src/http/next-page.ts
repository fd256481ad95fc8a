import type { Request } from 'express';
import { randomText } from '../crypto/random.js';

/** How many of each kind wait in one session; the oldest gives way to a fifth. */
const MOST = 4;

/**
 * Leaves a sentence for a page of this site, such as `/account`, to which the person is led next. Other tabs
 * have other pages open: they do not show it, and what waits for them stays. Kept before this returns.
 * @throws Unavailable
 */
export async function leaveNotice(request: Request, page: string, sentence: string): Promise<void> {
  if (request.session === undefined) return;
  request.session.notices = latest([...(request.session.notices ?? []), { page, sentence }]);
  await save(request);
}

/** What waits for this page, which is shown once; null for nothing. */
export function takeNotice(request: Request): string | null {
  const notices = request.session?.notices ?? [];
  const taken = notices.filter(({ page }) => request.method === 'GET' && page === request.path);
  if (taken.length === 0) return null;
  request.session.notices = notices.filter(notice => !taken.includes(notice));
  // More than one where a tab was closed before it arrived; the same words twice tell nobody more.
  return [...new Set(taken.map(({ sentence }) => sentence))].join(' ');
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
  request.session.keptForms = latest([...(request.session.keptForms ?? []), { handle, page, fields }]);
  await save(request);
  return `${page}?${queries.toString()}`;
}

/** What was kept for the tab that opens this page, once; nothing where nothing was. */
export function takeForm(request: Request, page: string): Readonly<Record<string, string>> {
  const forms = request.session?.keptForms;
  const kept = forms?.find(form => form.handle === request.query['kept'] && form.page === page);
  if (forms === undefined || kept === undefined) return {};
  request.session.keptForms = forms.filter(form => form !== kept);
  return kept.fields;
}

const latest = <T>(waiting: readonly T[]): readonly T[] => waiting.slice(-MOST);

/** express-session would save by itself, but only after the redirect has reached the browser. */
function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.save((error?: unknown) => (error ? reject(error) : resolve())),
  );
}
