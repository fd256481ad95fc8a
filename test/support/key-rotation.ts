import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { newDataKey } from '../../src/config/data-key-file.js';
import { DataKeys } from '../../src/crypto/data-keys.js';
import { Transaction } from '../../src/database/transaction.js';
import { minutes } from '../../src/kernel/durations.js';
import { MailWorker } from '../../src/mail/mail-worker.js';
import { Mailer } from '../../src/mail/mailer.js';
import { MailServer } from './mail-server.js';
import { TestApp } from './test-app.js';

export const [OLD, NEW] = [newDataKey(), newDataKey()];

const SESSION_SECRET = 'the-secret-of-sessions-that-stays-the-same';

/** An application whose data keys stand in a file of the test's own, and which is started anew on the same data. */
export class KeyRotation {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'));
  readonly file = join(this.folder, 'data-key');
  private first!: TestApp;
  test!: TestApp;

  private constructor(readonly server: MailServer) {}

  /** With {@link OLD} alone. */
  static async start(): Promise<KeyRotation> {
    const made = new KeyRotation(await MailServer.start({ plain: true }));
    made.put(OLD);
    made.test = made.first = await TestApp.start({ ...made.environment });
    return made;
  }

  /** Writes the file; nobody has read it yet. */
  put(...keys: readonly { readonly line: string }[]): void {
    writeFileSync(this.file, `${keys.map(({ line }) => line).join('\n')}\n`);
  }

  /** Another start on the same data, as after a change of the file or of the environment. */
  async restart(environment: Record<string, string> = {}): Promise<void> {
    await this.test.app.close();
    this.test = await TestApp.start({ ...this.environment, DATA_DIR: this.first.dataDir, ...environment });
  }

  /** Mails that were promised, tried once, and wait. */
  async promiseMails(count = 1): Promise<void> {
    this.server.fates.push(...Array.from({ length: count }, () => 451));
    await this.test.get(Transaction).run(async manager => {
      for (let n = 0; n < count; n += 1)
        await this.test.get(Mailer).promise(manager, {
          to: `p${n}@example.org`,
          template: 'invite',
          model: { link: 'http://localhost:4000/' },
        });
    });
    await this.test.get(MailWorker).run();
    if (this.server.arrived.length > 0) throw new Error('A mail went at once.');
  }

  /** The worker looks around when mails that wait may be tried again. */
  async sendLater(): Promise<void> {
    this.test.clock.pass(minutes(2));
    await this.test.get(MailWorker).lookAround();
  }

  mails(): Promise<{ id: string; sealed: string | null }[]> {
    return this.test.sql('SELECT id, sealed FROM mails ORDER BY id');
  }

  /** A mail like the first one, under another id and seal. */
  async addMail(id: string, sealed: string): Promise<void> {
    const [like] = await this.mails();
    await this.test.sql(
      `INSERT INTO mails (id, content, sealed, created_at, attempts, due_at, forgotten_at)
       SELECT $1, '', $2, created_at, attempts, due_at, forgotten_at FROM mails WHERE id = $3`,
      [id, sealed, like?.id],
    );
  }

  get database(): DataSource {
    return this.test.get(DataSource);
  }

  get keys(): DataKeys {
    return this.test.get(DataKeys);
  }

  async stop(): Promise<void> {
    await this.test.close();
    await this.server.stop();
    rmSync(this.first.dataDir, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true });
  }

  private get environment() {
    return { DATA_KEY_FILE: this.file, SESSION_SECRET, SMTP_URL: this.server.url };
  }
}
