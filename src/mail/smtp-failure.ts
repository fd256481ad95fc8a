import { MailDelayed, MailRefused } from './mail-transport.js';
import { meetsEveryMail, type SmtpStep, verdictOn } from './smtp-verdict.js';

/** Longer answers are cut: they go into the log and the database. */
const MOST_WORDS = 500;

/** What went wrong with an SMTP server. */
export interface SmtpFailure {
  readonly step: SmtpStep;
  /** What the server said; null: nothing, then `reason` says what happened. */
  readonly reply: string | null;
  readonly reason: string;
  /** Node's or nodemailer's name of what happened. */
  readonly code: string;
}

/** How far it had come: nothing was begun, a mail was begun, or all of a mail was out. */
export type SmtpStage = 'connection' | 'transaction' | 'message';

/** The failure behind an error of nodemailer. */
export function failureOf(error: unknown, stage: SmtpStage): SmtpFailure {
  const code = textOf(error, 'originalCode') || textOf(error, 'code');
  const reason = error instanceof Error ? error.message : String(error);
  return { step: stepOf(error, stage), reply: textOf(error, 'response') || null, reason, code };
}

/** What a failure means for the mail, in words that name neither its recipient nor a password. */
export function meaningOf(
  failure: SmtpFailure,
  hidden: readonly (string | null)[],
): MailRefused | MailDelayed {
  const { step, reply, code } = failure;
  if (reply === null && code === 'EENVELOPE') return new MailRefused('Its address cannot be written.');
  const words = withoutSecrets(wordsFor(failure), hidden);
  const verdict = reply === null ? (WRONG.test(code) ? 'wrong' : 'later') : verdictOn(step, reply);
  if (verdict === 'refused') return new MailRefused(words);
  return new MailDelayed(words, {
    needsOperator: verdict === 'wrong',
    others: !meetsEveryMail(step) ? 'free' : reply === null && verdict === 'later' ? 'unreachable' : 'barred',
    mayHaveArrived: step === 'message' && reply === null,
  });
}

/** What happens without an answer and will not pass by itself: TLS, a certificate, or AUTH that is not as it should be. */
const WRONG = /^(ETLS|EAUTH|ERR_TLS_.*|ERR_SSL_.*|.*CERT.*|UNABLE_TO_.*)$/;

/** A server's words on one line, without what must not be written down. */
export function withoutSecrets(words: string, hidden: readonly (string | null)[]): string {
  let shown = words.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  for (const secret of hidden) if (secret) shown = replaceAnyCase(shown, secret, '…');
  return shown.slice(0, MOST_WORDS);
}

/** How a reply is introduced. */
const SAID: Readonly<Partial<Record<SmtpStep, string>>> = {
  connection: 'The server said',
  transaction: 'The server said',
  greeting: 'The server greeted with',
  message: 'The server said to the message',
};

function wordsFor({ step, reply, reason }: SmtpFailure): string {
  if (reply !== null) return `${SAID[step] ?? `The server said to ${step}`}: ${reply}`;
  return step === 'message' ? `The message was sent and not answered: ${reason}` : reason;
}

function stepOf(error: unknown, stage: SmtpStage): SmtpStep {
  const [command, code] = [textOf(error, 'command'), textOf(error, 'code')];
  if (command.startsWith('AUTH')) return 'AUTH';
  if (command === 'MAIL FROM' || command === 'RCPT TO' || command === 'STARTTLS') return command;
  if (command === 'EHLO' || command === 'HELO') return 'EHLO';
  if (command === 'DATA' && code === 'EENVELOPE') return 'DATA';
  return stage === 'connection' && code === 'EPROTOCOL' ? 'greeting' : stage;
}

function textOf(error: unknown, field: 'response' | 'command' | 'code' | 'originalCode'): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value: unknown = Object.getOwnPropertyDescriptor(error, field)?.value;
  return typeof value === 'string' ? value : '';
}

/** Nothing of the sought text is read as a pattern. */
function replaceAnyCase(text: string, sought: string, by: string): string {
  const [lower, wanted] = [text.toLowerCase(), sought.toLowerCase()];
  let [shown, from] = ['', 0];
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    shown += text.slice(from, at) + by;
    from = at + wanted.length;
  }
  return shown + text.slice(from);
}
