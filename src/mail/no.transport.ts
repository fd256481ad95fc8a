import { MailDelayed, MailTransport } from './mail-transport.js';

/** Takes nothing: there is no way for mails. The worker hands it none. */
export class NoTransport extends MailTransport {
  send(): Promise<never> {
    return Promise.reject(new MailDelayed('SMTP_URL is not set.', { needsOperator: true, others: 'barred' }));
  }

  async close(): Promise<void> {
    // No connection is open.
  }
}
