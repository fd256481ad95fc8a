import type { Help } from './link-opens-nothing.js';

const SPENT = 'Too late. This link was used already, is too old, or a newer one took its place.';

/** What each page of a mailed link says where the link is over, and what helps. */
export const LINK_PAGES = {
  '/reset': {
    over: `${SPENT} Ask for a new one.`,
    help: { href: '/forgot', label: 'Ask for a new link' },
  },
  '/verify': {
    over: `${SPENT} Have the mail of your registration sent again; a new address is entered once more in your account.`,
    help: { href: '/verify/again', label: 'Send the mail again' },
  },
  '/invite': {
    over: `${SPENT} Ask whoever invited you for a new one.`,
    help: null,
  },
  '/not-me': {
    over: 'Too late. This link was used already, or is too old. Set a new password: that ends every session, whoever has it.',
    help: { href: '/forgot', label: 'Set a new password' },
  },
} as const satisfies Record<string, { readonly over: string; readonly help: Help | null }>;

/** The page a mailed link opens. */
export type LinkPage = keyof typeof LINK_PAGES;
