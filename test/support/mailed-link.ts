import type { TestApp } from './test-app.js';
import type { Visitor } from './visitor.js';

/**
 * A browser that has followed a mailed link, and stands on the page without the token in its address. What it
 * gets and posts at that page from then on is about that link.
 */
export async function opened(test: TestApp, link: string, visitor = test.visitor()): Promise<Visitor> {
  const answer = await visitor.get(link, { 'sec-fetch-site': 'cross-site' });
  const [page = ''] = link.split('?');
  const address = new URL(answer.location ?? '', visitor.origin);
  if (answer.status !== 303 || address.pathname !== page || address.searchParams.has('token'))
    throw new Error(`${page} answered ${answer.status} and ${answer.location}`);
  visitor.links.set(page, address.searchParams.get('link') ?? '');
  return visitor;
}
