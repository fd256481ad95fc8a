/** What is said of a text that is no address. */
export const NO_ADDRESS = 'Check this address: it does not look like an e-mail address.';

/** What is said of a text that is no username. */
export const NAME_CHARACTERS =
  'A username can have letters, digits, dots, hyphens and underscores, and must start with a letter or digit.';
export const NAME_ALPHABETS = 'A username can have letters of one alphabet only.';
export const NAME_RESERVED = 'That username is kept for the people who run this site. Choose another.';
export const nameLength = (most: number): string => `Choose a username of 2 to ${most} characters.`;

/** What a page tells somebody who is about to choose a password. Lengths are in characters. */
export const passwordHint = (least: number): string =>
  `At least ${least} characters. A few words you can remember work well.`;

/** Why a password may not be used, and what to do. */
export const PASSWORDS_DIFFER = 'The two passwords do not match. Type the same one twice.';
export const PASSWORD_GUESSABLE =
  'That is one of the first passwords an attacker would try. Use a few words that do not belong together.';
export const PASSWORD_BREACHED =
  'That password is on a list of those that attackers try. Use a few words that do not belong together.';
export const noPassword = (least: number): string => `Choose a password of at least ${least} characters.`;
export const passwordTooShort = (least: number): string =>
  `That is too short. Use at least ${least} characters: add a word or two.`;
export const passwordTooLong = (most: number): string => `That is too long. Use at most ${most} characters.`;
