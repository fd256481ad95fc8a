import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../kernel/clock.js';
import { MailTransport, type OutgoingMail } from './mail-transport.js';

/** The folder in `DATA_DIR` that mails go to while there is no SMTP server. */
export const outboxIn = (dataDir: string): string => join(dataDir, 'outbox');

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
    await rename(draft, join(this.folder, `${mail.id}.eml`));
    return 'Written to the outbox.';
  }

  async close(): Promise<void> {
    // No connection is open.
  }
}

/**
 * A mail as text in UTF-8 (RFC 6532), not wrapped and not encoded, so that a person can read it and click its
 * links. Its values hold no line ends: addresses are parsed, names are put on one line.
 */
function emlOf({ id, madeAt, to, subject, text, html }: OutgoingMail, from: string): string {
  const boundary = `=_${id}`;
  const part = (type: string, content: string) =>
    `--${boundary}\nContent-Type: ${type}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${content}\n`;
  return (
    `From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${dateOf(madeAt)}\nMessage-ID: <${id}@outbox>\n` +
    'Auto-Submitted: auto-generated\n' +
    `MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="${boundary}"\n\n` +
    `${part('text/plain', text)}${part('text/html', html)}--${boundary}--\n`
  );
}

/** In RFC 5322's form, whose zone is a number. */
const dateOf = (at: Instant): string => new Date(at).toUTCString().replace('GMT', '+0000');
