import type { Help } from './link-opens-nothing.js';

const SPENT = 'It has already been used, is too old, or was replaced by a newer one.';

/** What each page of a mailed link says where the link is over, and what helps. */
export const LINK_PAGES = {
  '/reset': {
    over: `${SPENT} Ask for a new one.`,
    help: { href: '/forgot', label: 'Ask for a new link' },
  },
  '/verify': {
    over: `${SPENT} If you were registering, have the mail sent again. If you were changing or confirming the address of your account, do so there again.`,
    help: { href: '/verify/again', label: 'Send the mail again' },
  },
  '/invite': {
    over: `${SPENT} Ask whoever invited you for a new one.`,
    help: null,
  },
  '/not-me': {
    over: 'It has already been used or is too old. Set a new password: that ends all sessions, whoever began them.',
    help: { href: '/forgot', label: 'Set a new password' },
  },
} as const satisfies Record<string, { readonly over: string; readonly help: Help | null }>;

/** What the page is called that says that a link is over. */
export const OVER = 'This link has expired';

/** Nothing is known of the link itself: in another browser, or long after the page was opened. */
export const UNKNOWN = {
  title: 'Open the link again',
  sentence:
    'Nothing was done, because this browser does not know the link. ' +
    'Open the link in the mail again, the whole of it, and continue from there.',
} as const;

/** The address that the link was sent to has an account by now. */
export const KNOWN = {
  title: 'You already have an account',
  sentence:
    'The address this link was sent to already has an account, so there is nothing left to do here. ' +
    'Sign in; if you do not know the password, set a new one.',
} as const;

/** What is added for whoever sent the form of a link that opens nothing. */
export const TWICE = 'If you pressed the button twice, it worked the first time.';

/** Where somebody goes on. */
export const SIGN_IN: Help = { href: '/login', label: 'Sign in' };
export const ACCOUNT: Help = { href: '/account', label: 'Your account' };
export const RESET: Help = { href: '/forgot', label: 'Set a new password' };

/** The page a mailed link opens. */
export type LinkPage = keyof typeof LINK_PAGES;
