import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../kernel/clock.js';
import type { OutgoingMail } from './mail-transport.js';

/** The folder in `DATA_DIR` that mails go to while there is no SMTP server. */
export const outboxIn = (dataDir: string): string => join(dataDir, 'outbox');

/** The file of a mail in the outbox. */
export const fileOf = (folder: string, id: string): string => join(folder, `${id}.eml`);

/**
 * A mail as text in UTF-8 (RFC 6532), not wrapped and not encoded, so that a person can read it and click its
 * links. Its values hold no line ends: addresses are parsed, names are put on one line.
 */
export function emlOf({ id, madeAt, to, subject, text, html }: OutgoingMail, from: string): string {
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

/** The mails of an outbox that were written last, the newest first. */
export async function latestIn(folder: string, most: number): Promise<OutgoingMail[]> {
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.eml'));
  const dated = await Promise.all(
    names.map(async name => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const latest = dated.sort((one, other) => other.at - one.at).slice(0, most);
  const mails = await Promise.all(latest.map(({ name }) => mailIn(folder, name.slice(0, -'.eml'.length))));
  return mails.filter(mail => mail !== null);
}

/** One mail of an outbox, by the name it has for good; null for none. */
export async function mailIn(folder: string, id: string): Promise<OutgoingMail | null> {
  if (!/^[\w-]+$/.test(id)) return null;
  const eml = await readFile(fileOf(folder, id), 'utf8').catch(() => null);
  return eml === null ? null : read(eml, id);
}

/** Reads what {@link emlOf} wrote. */
function read(eml: string, id: string): OutgoingMail {
  const [head = ''] = eml.split('\n\n', 1);
  const lines = head.split('\n').map(line => [line.split(': ', 1)[0] ?? '', line] as const);
  const header = (name: string) => new Map(lines).get(name)?.slice(name.length + 2) ?? '';
  const [, text = '', html = ''] = eml
    .split(`--=_${id}`)
    .map(part => part.slice(part.indexOf('\n\n') + 2).replace(/\n$/, ''));
  return { id, madeAt: Date.parse(header('Date')), to: header('To'), subject: header('Subject'), text, html };
}
