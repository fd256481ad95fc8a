/** What the password is asked for again, as it stands behind "to". */
export const TO_ADD_APP = 'add an authenticator app';
export const TO_REMOVE_APP = 'remove your authenticator app';
export const TO_ADMIT = 'admit your authenticator app again';
export const TO_MAKE_CODES = 'make recovery codes';

/** What is said on the next page when something has been done. */
export const FIRST_APP_ADDED =
  'Your authenticator app has been added. You have been signed out everywhere else.';
export const APP_ADDED = 'Your authenticator app has been added.';
export const APP_REPLACED = 'Your new authenticator app has been added; the old one no longer works.';
export const APP_REMOVED = 'Your authenticator app has been removed.';
export const APP_ADMITTED = 'Your authenticator app has been admitted again.';
export const CODES_SAVED = 'Your recovery codes are in force. Codes from before no longer work.';
export const RESET_STOPPED =
  'The reset of your second factors has been stopped. If somebody else asked for it, change your password as well.';
export const NOTHING_DONE = 'There was nothing to do.';

/** Why something was not done. */
export const LAST_WAY_IN =
  'That is your last way in. Add another one first, or you could never sign in again.';
export const LAST_FACTOR =
  'This site asks you for a second factor, and this is your last one. Add another one first.';
export const CODES_GONE = 'That page was open for too long, so its codes were not kept. Here are new ones.';
export const CODES_OVERTAKEN =
  'Your recovery codes were changed after that page was opened, so the codes on it do not count. Here are new ones: save these.';
export const FACTOR_BEFORE_CODES =
  'Add an authenticator app or a passkey first: recovery codes stand in for those.';

/** Recovery codes as a text to print or to keep in a file. */
export const codesAsText = (
  { site, address, username }: Readonly<Record<'site' | 'address' | 'username', string>>,
  codes: readonly string[],
): string =>
  [
    `Recovery codes of ${site}`,
    '',
    `${address}, ${username}`,
    '',
    'Each works once, beside your password, when your authenticator app or your passkey is not at hand.',
    'Keep them where nobody else looks, and not on your phone alone.',
    '',
    ...codes,
    '',
  ].join('\r\n');
