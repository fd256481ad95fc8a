import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** Why no mail is sent for now. */
export const tooManyRequested = (wait: Duration): string =>
  `Too many mails have been requested. Try again in ${waitInWords(wait)}.`;

const RESET_HELPS =
  'If it was not you, choose “Forgot your password?” where you sign in: a new password ends all sessions.';

const OPERATOR_HELPS = 'If it was not you, tell the people who run this site.';

/** What was done and what helps, as a notice says it to an address that nobody has confirmed. */
export const TO_UNCONFIRMED = {
  'password-changed': {
    what: 'The password of the account that has this address was changed.',
    remedy: RESET_HELPS,
  },
  'new-device': {
    what: 'Somebody signed in to the account that has this address, from a device that had not been used for it before.',
    remedy: RESET_HELPS,
  },
  'email-change-requested': {
    what: 'Somebody who is signed in to the account that has this address asked to change the address.',
    remedy:
      'If it was not you, choose “Forgot your password?” where you sign in: a new password ends all sessions, and the address stays.',
  },
  'email-changed': {
    what: 'The account that had this address now has another one.',
    remedy: OPERATOR_HELPS,
  },
  'account-closed': {
    what: 'The account that had this address was closed.',
    remedy: OPERATOR_HELPS,
  },
  'second-step-failed': {
    what: 'Somebody gave the password of the account that has this address, and then too many wrong codes.',
    remedy: RESET_HELPS,
  },
  'codes-rest': {
    what: 'Somebody gave the password of the account that has this address, and then 100 wrong codes, one after the other. Codes now work only in browsers that had been used for it before, until there is a new password.',
    remedy: RESET_HELPS,
  },
  'factor-added': {
    what: 'A second factor was added to the account that has this address.',
    remedy: OPERATOR_HELPS,
  },
  'factor-removed': {
    what: 'A second factor was removed from the account that has this address.',
    remedy: OPERATOR_HELPS,
  },
  'factor-refused': {
    what: 'A second factor of the account that has this address was refused.',
    remedy: OPERATOR_HELPS,
  },
  'recovery-codes-made': {
    what: 'Recovery codes were made for the account that has this address.',
    remedy: OPERATOR_HELPS,
  },
  'recovery-code-used': {
    what: 'A recovery code of the account that has this address was used to sign in.',
    remedy: OPERATOR_HELPS,
  },
  'factor-reset-asked': {
    what: 'The second factors of the account that has this address are to be removed.',
    remedy: OPERATOR_HELPS,
  },
  'factor-reset-soon': {
    what: 'The second factors of the account that has this address are about to be removed.',
    remedy: OPERATOR_HELPS,
  },
  'factor-reset-done': {
    what: 'The second factors of the account that has this address were removed.',
    remedy: OPERATOR_HELPS,
  },
} as const;

/** Where and by what something was done at the server's own command line, as a notice says it. */
export const BY_COMMAND = {
  where: 'The server itself',
  device: 'None: it was done on the command line',
} as const;
