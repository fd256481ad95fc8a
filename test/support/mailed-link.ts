import type { TestApp } from './test-app.js';
import type { Visitor } from './visitor.js';

/** A browser that has followed a mailed link, and stands on the page without the token in its address. */
export async function opened(test: TestApp, link: string, visitor = test.visitor()): Promise<Visitor> {
  const answer = await visitor.get(link, { 'sec-fetch-site': 'cross-site' });
  const [page] = link.split('?');
  if (answer.status !== 303 || answer.location !== page)
    throw new Error(`${page} answered ${answer.status} and ${answer.location}`);
  return visitor;
}
