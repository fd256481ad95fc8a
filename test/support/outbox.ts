import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transaction } from '../../src/database/transaction.js';
import { MailWorker } from '../../src/mail/mail-worker.js';
import { MOST_TRIES } from './come-again.js';
import type { TestApp } from './test-app.js';

/** A mail of the outbox. */
export interface ReadMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly raw: string;
  /** The path and query of the first link, as somebody follows it. */
  readonly link: string;
}

/** Sends what is promised and reads the outbox, in no particular order. */
export async function mailsOf(test: TestApp): Promise<ReadMail[]> {
  await sendAll(test);
  const folder = join(test.config.dataDir, 'outbox');
  return namesIn(folder).map(name => readMail(readFileSync(join(folder, name), 'utf8')));
}

/**
 * What was promised while nobody waits for it is kept first: PostgreSQL writes it beside the answer.
 * What the store of a busy machine kept from being sent now would be tried again later, and is so at once; and what it kept from
 * being written down is written, before another worker sends it once more.
 */
export async function sendAll(test: TestApp, workers = [test.get(MailWorker)]): Promise<void> {
  await test.get(Transaction).settled();
  const failures = () => test.log.events('sys_mail_store_failed').length;
  for (let tries = 1, before = -1; tries <= MOST_TRIES && failures() !== before; tries += 1) {
    before = failures();
    for (const each of workers) await each.run();
  }
}

/** The one mail to this address with these words in its subject. */
export async function mailTo(test: TestApp, address: string, subject: RegExp): Promise<ReadMail> {
  const found = (await mailsOf(test)).filter(mail => mail.to === address && subject.test(mail.subject));
  if (found.length !== 1) throw new Error(`${found.length} mails to ${address} about ${subject}`);
  return found[0]!;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.eml'));
  } catch {
    return [];
  }
}

function readMail(raw: string): ReadMail {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(raw)?.[1] ?? '';
  const text = /text\/plain[^]*?\n\n([^]*?)\n--=_/.exec(raw)?.[1] ?? '';
  const link = /https?:\/\/[^/\s]+(\/\S*)/.exec(text)?.[1] ?? '';
  return { to: header('To'), subject: header('Subject'), text, raw, link };
}
