import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { MailTransport } from './mail-transport.js';
import { MailWorker } from './mail-worker.js';
import { Mailer } from './mailer.js';
import { outboxIn, OutboxTransport } from './outbox.transport.js';
import { SmtpTransport } from './smtp.transport.js';
import { WaitingMails } from './waiting-mails.js';

/** Mails: promised in a transaction by the {@link Mailer}, sent by a worker over SMTP or into the outbox. */
@Module({
  imports: [CryptoModule, DatabaseModule],
  providers: [
    Mailer,
    MailWorker,
    WaitingMails,
    {
      provide: MailTransport,
      inject: [AppConfig],
      useFactory: ({ mail, dataDir }: AppConfig) =>
        mail.smtp === null
          ? new OutboxTransport(outboxIn(dataDir), mail.from)
          : new SmtpTransport(mail.smtp, mail.from, mail),
    },
  ],
  exports: [Mailer, MailWorker, WaitingMails],
})
export class MailModule implements OnModuleInit {
  private readonly logger = new Logger('Mail');

  constructor(
    private readonly config: AppConfig,
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    if (this.config.production && this.config.mail.smtp === null) {
      this.logger.warn('SMTP_URL is not set: mails are written to the outbox in DATA_DIR, and reach nobody.');
    }
    const rows = { table: 'mails', key: 'id', column: 'forgotten_at' };
    this.sweeper.add('mails', (now, most) => this.transaction.deleteOld(rows, now, most));
  }
}
