import type { Help } from './link-opens-nothing.js';

const SPENT = 'It has already been used, is too old, or was replaced by a newer one.';

/** What each page of a mailed link says where the link is over, and what helps. */
export const LINK_PAGES = {
  '/reset': {
    over: `${SPENT} Ask for a new one.`,
    help: { href: '/forgot', label: 'Ask for a new link' },
  },
  '/verify': {
    over: `${SPENT} If you were registering, have the mail sent again. If you were changing your address, enter it again in your account.`,
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

/** The page a mailed link opens. */
export type LinkPage = keyof typeof LINK_PAGES;
