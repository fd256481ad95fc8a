/** What was being done when a server said no, in the words of the protocol. */
export type SmtpStep =
  | 'connection'
  | 'greeting'
  | 'EHLO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL FROM'
  | 'RCPT TO'
  | 'DATA'
  | 'message'
  /** Somewhere from MAIL FROM to the message. */
  | 'transaction';

/**
 * What a refusal means for the mail. "refused": it will never be taken. "wrong": something of ours has to be
 * mended first, and then it may be. "later": it may pass by itself.
 */
export type SmtpVerdict = 'refused' | 'wrong' | 'later';

/** Said of one recipient or one message, these are for good (RFC 5321 4.2.3, RFC 7504). */
const FOR_GOOD = new Set([501, 521, 550, 551, 553, 554]);

/**
 * What a reply means. Most refusals are not about the mail, whatever their code: one at the greeting, to AUTH
 * or MAIL FROM meets every mail, and ends when a setting is mended. Only what is said of the recipient, or of
 * the message after it was sent, can be about this mail; and even there servers report what is wrong with us
 * (RFC 3463: X.7 policy, X.3 the system itself, X.1.7 and X.1.8 the sender's address). Where that is not
 * certain, the mail waits: a mail that waits in vain costs a day of tries, a queue that is given up is lost.
 */
export function verdictOn(step: SmtpStep, reply: string): SmtpVerdict {
  const code = Number(/^\d{3}/.exec(reply)?.[0] ?? 0);
  const status = enhancedStatus(reply);
  if (code < 500 || code === 552 || isFullMailbox(status, reply)) return 'later';
  if (step !== 'RCPT TO' && step !== 'message') return 'wrong';
  return FOR_GOOD.has(code) && !isAboutUs(status, reply) ? 'refused' : 'wrong';
}

/** The steps whose refusal meets every mail: before a recipient is named. */
export const meetsEveryMail = (step: SmtpStep): boolean =>
  !['RCPT TO', 'DATA', 'message', 'transaction'].includes(step);

/** The subject and detail of RFC 3463, such as "7.1"; after the code, or as older servers write it, in "(#5.7.1)". */
function enhancedStatus(reply: string): string | null {
  const found = /^\d{3}[ -][245]\.(\d{1,3}\.\d{1,3})(?!\.\d)\b|\(#[245]\.(\d{1,3}\.\d{1,3})\)/m.exec(reply);
  return found?.[1] ?? found?.[2] ?? null;
}

/** A mailbox that is full today is emptied tomorrow. */
const isFullMailbox = (status: string | null, reply: string): boolean =>
  status === '2.2' || (isVague(status) && /mailbox (is )?full|over ?quota|quota exceeded/i.test(reply));

/** Words of refusals that are about who we are or may do, where no status tells. */
const ABOUT_US =
  /\brelay|rcpthosts|\bsender\b|\b(helo|ehlo)\b|authenticat|administrative prohibition|\bblocked\b|black ?list|block ?list|spamhaus|\bclient host\b|not (allowed|permitted) to send|access denied/i;

function isAboutUs(status: string | null, reply: string): boolean {
  if (isVague(status)) return ABOUT_US.test(reply);
  return status !== null && (/^[37]\./.test(status) || status === '1.7' || status === '1.8');
}

/** Statuses that say no more than the code does. */
const isVague = (status: string | null): boolean =>
  status === null || status === '0.0' || status === '1.0' || status === '5.0';
