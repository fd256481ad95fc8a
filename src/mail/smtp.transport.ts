import type { SmtpConfig } from '../config/app-config.js';
import { addressIn } from '../config/mail-settings.js';
import { messageOf } from './message.js';
import { MailDelayed, MailRefused, MailTransport, type OutgoingMail } from './mail-transport.js';
import { failureOf, meaningOf, withoutSecrets } from './smtp-failure.js';
import { type Progress, SmtpSession } from './smtp-session.js';
import { withoutUtf8 } from './smtp-utf8.js';
import { SMTP_WAITS, type SmtpWaits } from './smtp-waits.js';

/** Mails a connection takes before another one is opened: some servers count. */
const MAILS_A_CONNECTION = 100;

/** What else of the configuration an SMTP server is told. */
export interface SmtpIdentity {
  /** What we call ourselves. */
  readonly helo: string;
  /** The envelope's sender. */
  readonly bounce: string;
}

/** Hands mails to an SMTP server, over as many connections as mails are under way; each is used again while there is work. */
export class SmtpTransport extends MailTransport {
  private readonly idle: SmtpSession[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly identity: SmtpIdentity;
  private closed = false;

  constructor(
    private readonly smtp: SmtpConfig,
    private readonly from: string,
    identity: Partial<SmtpIdentity> = {},
    private readonly waits: SmtpWaits = SMTP_WAITS,
  ) {
    super();
    this.identity = { helo: '[127.0.0.1]', bounce: addressIn(from), ...identity };
  }

  async send(mail: OutgoingMail, cancel?: AbortSignal): Promise<string> {
    const composed = messageOf(mail, this.from);
    const hidden = [mail.to, this.smtp.password];
    for (let used = this.unused(); ; used = null) {
      const progress: Progress = { begun: false, sent: false };
      let session = used;
      try {
        session ??= await this.open(cancel);
        this.requireReadable(session, mail.to);
        const envelope = { from: this.identity.bounce, to: mail.to };
        const answer = await session.send(envelope, composed.createReadStream(), progress, cancel);
        this.release(session);
        return withoutSecrets(answer, hidden);
      } catch (error) {
        if (error instanceof MailRefused || error instanceof MailDelayed) throw error;
        const stage = progress.sent ? 'message' : session === null ? 'connection' : 'transaction';
        const failure = failureOf(error, stage);
        const silent = failure.reply === null || failure.reply.startsWith('421');
        // The server had closed it meanwhile, as it may: nothing of the mail was said on it.
        if (used !== null && silent && !progress.begun && failure.code !== 'ETIMEDOUT') continue;
        throw meaningOf(failure, hidden);
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const session of this.idle.splice(0)) session.close();
  }

  private open(cancel: AbortSignal | undefined): Promise<SmtpSession> {
    return SmtpSession.open({ smtp: this.smtp, helo: this.identity.helo, waits: this.waits }, cancel);
  }

  /** @throws MailRefused, MailDelayed where a server may not get an address as it is; the connection is good for others. */
  private requireReadable(session: SmtpSession, to: string): void {
    const { bounce } = this.identity;
    const wrong = session.takesUtf8 ? null : withoutUtf8({ from: addressIn(this.from), bounce, to });
    if (wrong === null) return;
    this.release(session);
    throw wrong;
  }

  /** An open connection that nothing is going on on; null for none. */
  private unused(): SmtpSession | null {
    for (let session = this.idle.pop(); session !== undefined; session = this.idle.pop()) {
      if (session.isOpen) return session;
    }
    return null;
  }

  private release(session: SmtpSession): void {
    if (this.closed || session.mails >= MAILS_A_CONNECTION) return session.close();
    const { mails } = session;
    this.idle.push(session);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const at = this.idle.indexOf(session);
      if (at < 0 || session.mails !== mails) return;
      this.idle.splice(at, 1);
      session.close();
    }, this.waits.idle);
    timer.unref();
    this.timers.add(timer);
  }
}
