/** What the password is asked for again, as it stands behind "to". */
export const TO_CLOSE = 'close your account';
export const TO_CHANGE_ADDRESS = 'change your e-mail address';
export const TO_DOWNLOAD = 'download your data';
export const TO_END_ONE = 'end a session';
export const TO_END_OTHERS = 'end all your other sessions';

/** What is said on the next page when something has been done. */
export const NAME_CHANGED = 'Your name has been changed.';
export const PASSWORD_CHANGED = 'Your password has been changed. You have been signed out everywhere else.';
export const SESSION_ENDED = 'That session has been ended.';
export const ADDRESS_STAYS = 'Your address stays as it is.';
export const NOTHING_TO_CANCEL = 'There was nothing to cancel.';
export const linkSentTo = (address: string): string =>
  `Open the link we sent to ${address}. Until then your address stays as it is.`;

export const passwordLinkSentTo = (address: string): string =>
  `The link goes to ${address}. Open it to set a new password.`;
export const NOTHING_TO_SEND = 'There was nothing to do.';

export const NOTHING_TO_CONFIRM = 'There was nothing to confirm.';
export const confirmationSentTo = (address: string): string =>
  `Open the link we sent to ${address} to confirm that it is yours.`;

/** What is ended is not only what was listed: where none was, that says nothing of how many there were. */
export function othersEnded(count: number): string {
  if (count === 0) return 'All other sessions have been ended.';
  return count === 1 ? 'One other session has been ended.' : `${count} other sessions have been ended.`;
}

/** What the buttons say that end sessions. */
export const SIGN_OUT_HERE = 'Sign out here';
export const endLabel = (device: string): string => `End ${device}`;

/** @param count how many other sessions the button ends; null: nobody knows. */
export function endOthersLabel(count: number | null): string {
  if (count === null) return 'End all other sessions';
  return count === 1 ? 'End the other session' : `End ${count} other sessions`;
}

/** Why something was not done. */
export const SAME_PASSWORD = 'That is your current password. Choose another.';
export const NO_PASSWORD = 'You have no password, so nothing was changed.';
export const CHANGED_ELSEWHERE =
  'Your account was changed elsewhere in the meantime, so nothing was done here. Reload the page.';
export const LAST_ADMINISTRATOR =
  'You are the last administrator. Make somebody else an administrator first.';
export const typeUsername = (username: string): string =>
  `Type your username, ${username}, to close the account.`;
export const nameProblem = (most: number): string =>
  `Use 1 to ${most} characters that can be seen, all on one line.`;

/** What a person's own data says in place of sessions that the store cannot list. */
export const SESSIONS_NOT_LISTED = 'There may be other sessions, which cannot be listed right now.';
