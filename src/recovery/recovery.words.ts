import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** Why no mail is sent for now. */
export const tooManyRequested = (wait: Duration): string =>
  `Too many mails have been requested. Try again in ${waitInWords(wait)}.`;

/** Where and by what something was done at the server's own command line, as a notice says it. */
export const BY_COMMAND = {
  where: 'The server itself',
  device: 'None: it was done on the command line',
} as const;
