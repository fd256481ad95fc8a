import { HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { originOf } from '../http/request-origin.js';
import { waitInWords } from '../http/time-in-words.js';
import { wantsJson } from '../http/wants-json.js';
import { wholeSeconds } from '../kernel/durations.js';
import type { MailBudget } from '../throttle/mail-budget.js';
import { type EmailAddress, parseEmailAddress } from '../users/email-address.js';

/** A form that makes the server send a mail. */
export interface MailForm {
  readonly request: Request;
  readonly response: Response;
  /** What stands in the field `email`. */
  readonly typed: string;
  /** The view that shows the form again. */
  readonly view: string;
  /** What else the view shows. */
  readonly model?: object;
}

/**
 * The address a form may send a mail to. Where it may not, because it is none or because too many were asked
 * for, the form is answered here, with what was typed.
 * @returns null where the answer has been given.
 */
export async function addressFor(mailForm: MailForm, budget: MailBudget): Promise<EmailAddress | null> {
  const address = parseEmailAddress(mailForm.typed);
  if (address === null) return refuse(mailForm, 422, 'Check this address: it does not look like one.');
  const retryAfter = await budget.spend(address.key, originOf(mailForm.request).ip);
  if (retryAfter === null) return address;
  mailForm.response.setHeader('Retry-After', wholeSeconds(retryAfter));
  return refuse(mailForm, 429, `Too many mails were asked for. Try again in ${waitInWords(retryAfter)}.`);
}

function refuse({ request, response, typed, view, model }: MailForm, status: number, error: string): null {
  if (wantsJson(request)) throw new HttpException(error, status);
  response.status(status).render(view, { ...model, email: typed, error, errors: { email: error } });
  return null;
}
