import type { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpConfig } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';
import type { SmtpWaits } from './smtp-waits.js';

/** How a server is spoken to. */
export interface SmtpManners {
  readonly smtp: SmtpConfig;
  /** What we call ourselves. */
  readonly helo: string;
  readonly waits: SmtpWaits;
}

/** Sender and recipient as the servers on the way see them. */
export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** How far a message came. */
export interface Progress {
  /** Whether the server asked for the message, so that part of it is out. */
  begun: boolean;
  /** Whether all of it is out: from then on only the server knows whether it has the mail. */
  sent: boolean;
}

/** How long a server that is told goodbye gets to answer. */
const GOODBYE: Duration = seconds(2);

const NO_AUTH =
  'SMTP_URL has a user, but the server offers no AUTH: nothing is sent without signing in. Take the user out of ' +
  'SMTP_URL, or name a server and port that ask for one.';

/**
 * A connection to an SMTP server, introduced and signed in: over TLS or not at all, except to this machine
 * (ASVS 12.3.1, 12.3.2), and never without the credentials it was given.
 */
export class SmtpSession {
  /** Mails it has taken. */
  mails = 0;
  /** Whether the server announced SMTPUTF8: addresses in all letters. */
  takesUtf8 = false;
  private over = false;

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly waits: SmtpWaits,
  ) {
    connection.on('error', () => (this.over = true));
    connection.on('end', () => (this.over = true));
  }

  /** Connects, encrypts and signs in. @throws nodemailer's errors: their `command` and `response` say where it failed. */
  static async open({ smtp, helo, waits }: SmtpManners, cancel?: AbortSignal): Promise<SmtpSession> {
    const connection = new SMTPConnection({
      host: smtp.host,
      port: smtp.port,
      name: helo,
      secure: smtp.implicitTls,
      requireTLS: !smtp.implicitTls && !smtp.loopback,
      tls: smtp.loopback ? { rejectUnauthorized: false } : {},
      // It bounds the greeting as well, whatever greetingTimeout says: the connection has a limit of its own below.
      connectionTimeout: waits.connection + waits.greeting + waits.introduction,
      greetingTimeout: waits.greeting,
      socketTimeout: waits.message,
    });
    const session = new SmtpSession(connection, waits);
    try {
      await session.connect(cancel);
      session.takesUtf8 = /^250[ -]SMTPUTF8\b/im.test(connection.lastServerResponse || '');
      if (smtp.user !== null) await session.signIn(smtp.user, smtp.password ?? '', cancel);
      return session;
    } catch (error) {
      session.cut();
      throw error;
    }
  }

  /** Whether it can take a mail, as far as is known. */
  get isOpen(): boolean {
    return !this.over;
  }

  /** Sends a message. `progress` says how far it came. @returns what the server answered. @throws as {@link open} */
  async send(
    { from, to }: Envelope,
    message: Readable,
    progress: Progress,
    cancel?: AbortSignal,
  ): Promise<string> {
    this.mails += 1;
    let answer = '';
    try {
      await this.ask(cancel, this.waits.envelope, (done, wait) => {
        message.once('end', () => {
          progress.sent = true;
          wait(this.waits.message);
        });
        this.connection.send({ from, to: [to] }, message, (error, info) => {
          answer = info?.response ?? '';
          done(error);
        });
      });
    } catch (error) {
      // After a refusal the server waits for the next command; after anything else nobody knows for what.
      progress.begun = message.readableDidRead;
      if (isAnswer(error)) this.close();
      else this.cut();
      throw error;
    }
    return answer;
  }

  /** Says goodbye and closes it. */
  close(): void {
    if (this.over) return;
    this.over = true;
    this.connection.quit();
    setTimeout(() => this.connection.close(), GOODBYE).unref();
  }

  /** Closes it at once. */
  cut(): void {
    this.over = true;
    this.connection.close();
  }

  private async connect(cancel: AbortSignal | undefined): Promise<void> {
    const { connection, waits } = this;
    const late = failed('CONN', 'ETIMEDOUT', `No connection within ${waits.connection / 1000} s.`);
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.ask(cancel, waits.connection + waits.greeting + waits.introduction, done => {
        timer = setTimeout(() => (connection.stage === 'init' ? done(late) : undefined), waits.connection);
        connection.connect(done);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private signIn(user: string, pass: string, cancel: AbortSignal | undefined): Promise<void> {
    const { connection, waits } = this;
    if (!connection.allowsAuth) throw failed('AUTH', 'EAUTH', NO_AUTH);
    return this.ask(cancel, waits.introduction, done =>
      connection.login({ credentials: { user, pass } }, done),
    );
  }

  /** Asks the server something that ends in a callback, for at most so long; `wait` begins another wait. */
  private async ask(
    cancel: AbortSignal | undefined,
    most: Duration,
    begin: (done: (error?: Error | null) => void, wait: (most: Duration) => void) => void,
  ): Promise<void> {
    let finish: (error?: Error | null) => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      finish = error => (error ? reject(error) : resolve());
    });
    const wait = (limit: Duration) => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(failed('', 'ETIMEDOUT', `No answer within ${limit / 1000} s.`)), limit);
    };
    const onEnd = () => finish(failed('', 'ECONNECTION', 'The server closed the connection.'));
    const onAbort = () => finish(failed('', 'EABORT', 'The program stopped before the server answered.'));
    this.connection.on('error', finish).on('end', onEnd);
    cancel?.addEventListener('abort', onAbort);
    wait(most);
    try {
      if (cancel?.aborted === true) onAbort();
      else begin(finish, wait);
      await answered;
    } finally {
      clearTimeout(timer);
      this.connection.off('error', finish).off('end', onEnd);
      cancel?.removeEventListener('abort', onAbort);
    }
  }
}

const isAnswer = (error: unknown): boolean =>
  error instanceof Error && 'response' in error && !('responseCode' in error && error.responseCode === 421);

/** An error in nodemailer's form. */
const failed = (command: string, code: string, message: string): Error =>
  Object.assign(new Error(message), { command, code });
