/** What is said of a name or an address that somebody has. */
export const ACCOUNT_TAKEN =
  'That username or e-mail address is taken, or looks like one that is. Choose another.';
