import { ACCOUNT_PAGES } from './account-pages.js';
import { FACTOR_PAGES } from './factor-pages.js';
import { OTHER_PAGES } from './other-pages.js';
import type { PageOfGatehouse } from './page-of-gatehouse.js';
import { SIGN_IN_PAGES } from './sign-in-pages.js';

/** Every page there is, in each of its states. */
export const PAGES: readonly PageOfGatehouse[] = [
  ...SIGN_IN_PAGES,
  ...ACCOUNT_PAGES,
  ...FACTOR_PAGES,
  ...OTHER_PAGES,
];
