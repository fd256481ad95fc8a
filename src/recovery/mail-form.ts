import { type FormPage, type FormRefusal, refuseForm } from '../http/refused-form.js';
import { waitInWords } from '../pages/time-in-words.js';
import type { Duration } from '../kernel/durations.js';
import { type EmailAddress, parseEmailAddress } from '../users/email-address.js';

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
  mailForm: MailForm,
  spend: (address: EmailAddress) => Promise<Duration | null>,
): Promise<EmailAddress | null> {
  const address = parseEmailAddress(mailForm.typed);
  if (address === null)
    return refuse(mailForm, { sentence: 'Check this address: it does not look like one.' });
  const retryAfter = await spend(address);
  if (retryAfter === null) return address;
  const sentence = `Too many mails were asked for. Try again in ${waitInWords(retryAfter)}.`;
  return refuse(mailForm, { status: 429, sentence, retryAfter });
}

function refuse({ typed, ...page }: MailForm, refusal: FormRefusal): null {
  refuseForm({ ...page, model: { ...page.model, email: typed } }, { ...refusal, field: 'email' });
  return null;
}
