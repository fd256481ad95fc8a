import { spawnSync } from 'node:child_process';
import { MailTemplates } from '../src/mail/mail-templates.js';
import { messageOf } from '../src/mail/message.js';
import { EVERY_MAIL } from './support/every-mail.js';

/** What SpamAssassin says of any mail that has two parts and has not gone through a server yet. */
const INFORMATIONAL = ['NO_RECEIVED', 'NO_RELAYS', 'HTML_MESSAGE'];

describe('SpamAssassin, by its local rules', () => {
  it('finds nothing in any mail but what is no fault', async () => {
    const templates = new MailTemplates({ appName: 'Harbour', accentColor: null });
    const mails = Object.entries(EVERY_MAIL).map(([template, model], n) => ({
      id: `mail-${n}-AbCdEfGhIj`,
      madeAt: Date.now(),
      to: 'ada@example.org',
      ...templates.render(template, model),
    }));
    const written = await Promise.all(
      mails.map(mail => messageOf(mail, 'Harbour <no-reply@gate.example>').build()),
    );
    const input = written.map(mail => `From - Mon Nov 23 12:00:00 2026\n${mail}\n`).join('');
    const { stdout } = spawnSync('spamassassin', ['-L', '-t', '--mbox'], { input, encoding: 'utf8' });
    const found = [...stdout.matchAll(/^[ -]?\d+\.\d ([A-Z]\w+) /gm)].map(([, rule]) => rule);
    expect(found).toHaveLength(mails.length * INFORMATIONAL.length);
    expect([...new Set(found)].sort()).toEqual([...INFORMATIONAL].sort());
  });
});
