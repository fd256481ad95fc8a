import { createTransport, type Transporter } from 'nodemailer';
import type { SmtpConfig } from '../config/app-config.js';
import { seconds } from '../kernel/durations.js';
import { messageOf } from './message.js';
import { MailRefused, MailTransport, type OutgoingMail } from './mail-transport.js';

/** Hands mails to an SMTP server. Over TLS or not at all, except to this machine (ASVS 12.3.1, 12.3.2). */
export class SmtpTransport extends MailTransport {
  private readonly transporter: Transporter;

  constructor(
    smtp: SmtpConfig,
    private readonly from: string,
  ) {
    super();
    this.transporter = createTransport({
      host: smtp.host,
      port: smtp.port,
      secure: smtp.implicitTls,
      requireTLS: !smtp.implicitTls && !smtp.loopback,
      ignoreTLS: false,
      tls: smtp.loopback ? { rejectUnauthorized: false } : {},
      ...(smtp.user === null ? {} : { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
      connectionTimeout: seconds(10),
      greetingTimeout: seconds(10),
      socketTimeout: seconds(30),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(mail: OutgoingMail): Promise<void> {
    try {
      await this.transporter.sendMail(messageOf(mail, this.from));
    } catch (error) {
      const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
      if (code >= 550 && code < 560)
        throw new MailRefused(`The server refused it with ${code}.`, { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    this.transporter.close();
  }
}
