import { DataSource } from 'typeorm';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { Transaction } from '../../src/database/transaction.js';
import { MailTransport } from '../../src/mail/mail-transport.js';
import { MailWorker } from '../../src/mail/mail-worker.js';
import { Mailer } from '../../src/mail/mailer.js';
import type { TestApp } from './test-app.js';

/**
 * What sends mails as another process would, which writes to the same database by connections of its own. With those of the
 * application, transactions would stand within one another on SQLite, and one be rolled back with another.
 */
export class OtherProcess {
  private constructor(
    readonly worker: MailWorker,
    private readonly dataSource: DataSource,
  ) {}

  static async of(test: TestApp): Promise<OtherProcess> {
    const dataSource = new DataSource(test.get(DataSource).options);
    await prepareDatabase(dataSource);
    const transaction = new Transaction(dataSource);
    const worker = new MailWorker(test.get(Mailer), test.get(MailTransport), transaction, test.clock);
    return new OtherProcess(worker, dataSource);
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}
