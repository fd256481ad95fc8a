import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { outboxIn } from './outbox-files.js';
import { WaitingMails } from './waiting-mails.js';

/** Why no mail goes anywhere, and what to do about it. */
export const NO_MAILS =
  'SMTP_URL is not set: no mail is sent, and nothing that needs one is offered: registration, invitations, ' +
  'forgotten passwords, changes of address, notices. Set SMTP_URL to a mail server, or to outbox to have files in ' +
  'DATA_DIR/outbox.';

/** Says at the start where mails do not reach people, and where they are instead. */
@Injectable()
export class MailNews implements OnApplicationBootstrap {
  private readonly logger = new Logger('Mail');

  constructor(
    private readonly config: AppConfig,
    private readonly mails: WaitingMails,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { mail, production, dataDir, publicUrl } = this.config;
    if (mail.smtp === null) {
      this.logger.warn(NO_MAILS);
      const waiting = await this.mails.count();
      if (waiting > 0) this.logger.warn(waitingLine(waiting));
    }
    if (mail.smtp === 'outbox')
      this.logger.log(
        production
          ? `Mails are files in ${JSON.stringify(outboxIn(dataDir))} (SMTP_URL): they reach nobody until somebody collects them.`
          : `No mail leaves this machine: they are shown at ${publicUrl}/dev/mail.`,
      );
  }
}

const waitingLine = (count: number): string =>
  count === 1
    ? '1 mail waits from before SMTP_URL was taken away. It goes once SMTP_URL is set again.'
    : `${count} mails wait from before SMTP_URL was taken away. They go once SMTP_URL is set again.`;
