import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MailTransport, type OutgoingMail } from './mail-transport.js';
import { emlOf, fileOf } from './outbox-files.js';

/** Writes each mail to a readable `.eml` file of `DATA_DIR/outbox`: while developing, and until SMTP is set up. */
export class OutboxTransport extends MailTransport {
  constructor(
    private readonly folder: string,
    private readonly from: string,
  ) {
    super();
  }

  /** Written aside and moved into place, so that nobody reads half a mail; again under the same name. */
  async send(mail: OutgoingMail): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const draft = join(this.folder, `.${mail.id}`);
    await writeFile(draft, emlOf(mail, this.from), { mode: 0o600 });
    await rename(draft, fileOf(this.folder, mail.id));
    return 'Written to the outbox.';
  }

  async close(): Promise<void> {
    // No connection is open.
  }
}
