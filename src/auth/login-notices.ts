/** What somebody reads who had their browser forgotten. */
export const BROWSER_FORGOTTEN =
  'This browser has been forgotten. The next sign-in from it will count as one from a new device.';

/** What somebody reads whose form came after they were signed out. */
export const SIGNED_OUT = 'You were signed out, so nothing was saved. Sign in to continue.';

/** What visitors read who are on their way to a page of signed-in people. */
export const SIGN_IN_FIRST = 'Sign in to continue.';

/** What they read where their browser seems to keep no cookies; it cannot be known for sure. */
export const NO_COOKIE =
  'If you have just signed in, your browser did not keep the cookie that says so. Allow cookies for this site, then sign in again.';

/** What they read who have just signed out. */
export const YOU_ARE_OUT = 'You are signed out.';

/** Something that was done on another page, and what a visitor may do now. */
interface Done {
  readonly sentence: string;
  /** Null where it is said to visitors alone: for anybody who is signed in it is not true. */
  readonly next: string | null;
}

const NOW_SIGN_IN = ' You can sign in now.';

/** The key stands in the address of the login page. */
const DONE = new Map<string, Done>([
  ['verified', { sentence: 'Your address is confirmed.', next: NOW_SIGN_IN }],
  ['address', { sentence: 'Your new address is confirmed.', next: '' }],
  ['setup', { sentence: 'The first account is ready.', next: NOW_SIGN_IN }],
  ['invited', { sentence: 'Your account is ready.', next: NOW_SIGN_IN }],
  [
    'forgot',
    { sentence: 'Check your mail: if that address belongs to an account, a link is on its way.', next: '' },
  ],
  ['reset', { sentence: 'Your new password has been set.', next: ' You can sign in with it now.' }],
  ['browser-forgotten', { sentence: BROWSER_FORGOTTEN, next: '' }],
  [
    'not-me',
    {
      sentence:
        'All sessions have been ended, and the password no longer works. Check your mail for a link to set a new one.',
      next: '',
    },
  ],
  ['closed', { sentence: 'Your account has been closed.', next: null }],
  ['ended', { sentence: SIGNED_OUT, next: null }],
  ['no-cookie', { sentence: NO_COOKIE, next: null }],
  [
    'step-over',
    {
      sentence:
        'You are not signed in: that took too long, or too many codes were wrong. Sign in again from the start.',
      next: null,
    },
  ],
]);

/** The sentence for a key of the address; null for none. Never a text from the address itself. */
export function loginNotice(key: unknown): string | null {
  const done = doneBy(key);
  return done === null ? null : done.sentence + (done.next ?? '');
}

/** The same for somebody who is signed in, and goes on to another page at once. */
export function noticeOnTheWay(key: unknown): string | null {
  const done = doneBy(key);
  return done === null || done.next === null ? null : done.sentence;
}

const doneBy = (key: unknown): Done | null => (typeof key === 'string' ? (DONE.get(key) ?? null) : null);
