/** Letters, digits, and inside a name also dots, hyphens and underscores; no spaces, which lists of names are kept apart by. */
const GROUP_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Whether a group can be called so: 1 to 63 small letters, digits, `.`, `_` and `-`, beginning with a letter or digit. */
export const isGroupName = (text: string): boolean => GROUP_NAME.test(text);
