import { Module, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { MailNews } from './mail-news.js';
import { MailTransport } from './mail-transport.js';
import { MailWorker } from './mail-worker.js';
import { Mailer } from './mailer.js';
import { NoTransport } from './no.transport.js';
import { outboxIn } from './outbox-files.js';
import { sweepOutbox } from './outbox-sweep.js';
import { OutboxTransport } from './outbox.transport.js';
import { SmtpTransport } from './smtp.transport.js';
import { WaitingMails } from './waiting-mails.js';

/** Mails: promised in a transaction by the {@link Mailer}, sent by a worker over SMTP or into the outbox, where there is a way. */
@Module({
  imports: [CryptoModule, DatabaseModule],
  providers: [
    Mailer,
    MailNews,
    MailWorker,
    WaitingMails,
    {
      provide: MailTransport,
      inject: [AppConfig],
      useFactory: transportFor,
    },
  ],
  exports: [Mailer, MailWorker, WaitingMails],
})
export class MailModule implements OnModuleInit {
  constructor(
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const rows = { table: 'mails', key: 'id', column: 'forgotten_at' };
    this.sweeper.add('mails', (now, most) => this.transaction.deleteOld(rows, now, most));
    const { production, dataDir } = this.config;
    // While developing, people look at what was sent last week. Where mails go elsewhere by now, those of before lie on.
    if (production)
      this.sweeper.add('mails in the outbox', (now, most) => sweepOutbox(outboxIn(dataDir), now, most));
  }
}

function transportFor({ mail, dataDir }: AppConfig): MailTransport {
  if (mail.smtp === null) return new NoTransport();
  return mail.smtp === 'outbox'
    ? new OutboxTransport(outboxIn(dataDir), mail.from)
    : new SmtpTransport(mail.smtp, mail.from, mail);
}
