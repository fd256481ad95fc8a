import { MailDelayed, MailRefused } from './mail-transport.js';

/** The addresses of a mail that a server gets to read. */
export interface MailAddresses {
  /** Whom the mail says it is from. */
  readonly from: string;
  /** The envelope's sender. */
  readonly bounce: string;
  readonly to: string;
}

/**
 * Why a server that did not announce SMTPUTF8 gets no mail with such an address: it may neither be sent nor written in
 * another way (RFC 6531, section 3.2). Domains have a form in ASCII, what stands before the `@` has none. A recipient's
 * concerns one mail, for good; a sender's concerns all, until the operator has mended it.
 * @returns null where all are ASCII.
 */
export function withoutUtf8({ from, bounce, to }: MailAddresses): MailRefused | MailDelayed | null {
  if (!isAscii(from) || !isAscii(bounce)) {
    const words = `MAIL_FROM or MAIL_BOUNCE has ${LETTERS} Set an address in ASCII, or use a mail server that does.`;
    return new MailDelayed(words, { needsOperator: true, others: 'barred' });
  }
  if (isAscii(to)) return null;
  return new MailRefused(`The recipient's address has ${LETTERS} Use a mail server that does.`);
}

const LETTERS =
  'letters outside ASCII before the @, and the mail server does not announce SMTPUTF8 (RFC 6531): nothing was sent.';

const isAscii = (address: string): boolean => /^\p{ASCII}*$/u.test(address);
