import type { Page } from 'playwright-core';
import { arrive, open, signOut } from './doing.js';
import type { PageOfGatehouse } from './page-of-gatehouse.js';

/** What is neither: errors, and the parts for developers. */
export const OTHER_PAGES: readonly PageOfGatehouse[] = [
  {
    name: 'parts',
    server: 'development',
    open: page => open(page, '/dev/parts'),
    heard: 'Parts you can use',
  },
  {
    name: 'error 404',
    server: 'development',
    open: page => open(page, '/there/is/nothing/here'),
    heard: 'Nothing here',
  },
  { name: 'error 403', server: 'development', open: openForbidden, heard: 'Not allowed' },
];

/** What a person sees whose page is somebody else's: neither the form nor its token is theirs. */
async function openForbidden(page: Page): Promise<void> {
  await arrive(page);
  await page
    .locator('[name=_csrf], [name=_owner]')
    .evaluateAll(fields => fields.forEach(field => (field.value = 'stale')));
  await signOut(page);
}
