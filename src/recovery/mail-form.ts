import { type FormPage, type FormRefusal, refuseForm } from '../http/refused-form.js';
import type { Duration } from '../kernel/durations.js';
import { type EmailAddress, parseEmailAddress } from '../users/email-address.js';
import { NO_ADDRESS } from '../users/users.words.js';
import { tooOften } from '../throttle/too-often.js';
import { tooManyRequested } from './recovery.words.js';

/** A form that makes the server send a mail. */
export interface MailForm extends FormPage {
  /** What stands in the field `email`. */
  readonly typed: string;
}

/**
 * The address a form may send a mail to. Where it may not, because it is none or because too many were asked
 * for, the form is answered here, with what was typed.
 * @param spend counts the mail. @returns null where the answer has been given.
 */
export async function addressFor(
  { typed, ...page }: MailForm,
  spend: (address: EmailAddress) => Promise<Duration | null>,
): Promise<EmailAddress | null> {
  const again = { ...page, model: { ...page.model, email: typed } };
  const address = parseEmailAddress(typed);
  const wait = address === null ? null : await spend(address);
  if (address !== null && wait === null) return address;
  refuseForm(again, wait === null ? { errors: { email: NO_ADDRESS } } : tooManyMails(wait));
  return null;
}

/** Why no mail is sent for now. */
export const tooManyMails = (retryAfter: Duration): FormRefusal =>
  tooOften(retryAfter, { sentence: tooManyRequested(retryAfter), what: 'mails' });
