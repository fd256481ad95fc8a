/** What an operator is told of a name that is nobody's any more. */
export const NAME_USED_UP =
  'That username belonged to somebody an application knows by it, so it is never given again. Choose another.';

/** What is said of a name or an address that somebody has. */
export const ACCOUNT_TAKEN =
  'That username or e-mail address is taken, or looks like one that is. Choose another.';
