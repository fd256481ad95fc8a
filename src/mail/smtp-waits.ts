import { type Duration, minutes, seconds } from '../kernel/durations.js';

/** How long a server is waited for. */
export interface SmtpWaits {
  /** For the connection. */
  readonly connection: Duration;
  /** For the greeting, and for the end of a TLS handshake. */
  readonly greeting: Duration;
  /** From the greeting until mails can be sent: EHLO, TLS, AUTH. */
  readonly introduction: Duration;
  /** From MAIL FROM until the server asks for the message. */
  readonly envelope: Duration;
  /** For the answer to the final dot. */
  readonly message: Duration;
  /** How long an unused connection stays open. */
  readonly idle: Duration;
}

/**
 * The least that RFC 5321 4.5.3.2 asks of a client: the greeting 5 minutes; MAIL 5, RCPT 5 and DATA 2, which
 * go out together where the server has PIPELINING and so share one limit; the final dot 10, because a server
 * that is given up while it still works has the mail, and gets it again.
 */
export const SMTP_WAITS: SmtpWaits = {
  connection: seconds(30),
  greeting: minutes(5),
  introduction: minutes(5),
  envelope: minutes(5 + 5 + 2),
  message: minutes(10),
  idle: seconds(10),
};
