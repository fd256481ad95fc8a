/** What somebody reads who had their browser forgotten. */
export const BROWSER_FORGOTTEN =
  'This browser is forgotten. The next sign-in from it counts as one from a new device.';

/** What the login page says to people who come from another page; the key stands in the address. */
const NOTICES = new Map([
  ['registered', 'Check your mail: a link to finish your registration is on its way.'],
  ['verified', 'Your address is confirmed. You can sign in now.'],
  ['address', 'Your new address is confirmed.'],
  ['setup', 'The first account is ready. You can sign in now.'],
  ['invited', 'Your account is ready. You can sign in now.'],
  ['forgot', 'Check your mail: if that address belongs to an account, a link is on its way.'],
  ['reset', 'Your new password is set. You can sign in with it now.'],
  ['browser-forgotten', BROWSER_FORGOTTEN],
  [
    'not-me',
    'Every session is ended and the password is switched off. Check your mail for a link to set a new one.',
  ],
]);

/** The sentence for a key of the address; null for none. Never a text from the address itself. */
export const loginNotice = (key: unknown): string | null =>
  typeof key === 'string' ? (NOTICES.get(key) ?? null) : null;
