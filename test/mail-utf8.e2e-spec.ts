import { Transaction } from '../src/database/transaction.js';
import { minutes } from '../src/kernel/durations.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { SmtpTransport } from '../src/mail/smtp.transport.js';
import { ScriptedSmtp } from './support/scripted-smtp.js';
import { PASSWORD, TestApp } from './support/test-app.js';

/** What a server says that takes addresses in all letters (RFC 6531), and one that only has the word somewhere. */
const TAKES = '250-stub.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING';
const TAKES_NOT = '250-stub.test has no SMTPUTF8\r\n250-8BITMIME\r\n250-XSMTPUTF8\r\n250 PIPELINING';
const TO = 'jörg@example.org';

let server: ScriptedSmtp;
let test: TestApp;
beforeAll(async () => {
  server = await ScriptedSmtp.start();
  test = await TestApp.start({ SMTP_URL: server.url(), MAIL_FROM: 'Gate <gate@example.org>' });
});
afterEach(async () => {
  server.anew();
  await test.sql('DELETE FROM mails');
  test.log.lines.length = 0;
  test.clock.pass(minutes(10));
});
afterAll(async () => {
  await test.close();
  await server.stop();
});

async function send(...recipients: readonly string[]): Promise<void> {
  const model = { link: 'http://localhost:4000/' };
  await test.get(Transaction).run(async manager => {
    for (const to of recipients) await test.get(Mailer).promise(manager, { to, template: 'invite', model });
  });
  await test.get(MailWorker).run();
}

const rows = () => test.sql<{ due_at: number | null; answer: string }>('SELECT due_at, answer FROM mails');
const begun = () => server.heard.filter(line => line.startsWith('MAIL FROM'));

describe('an address with letters outside ASCII before the @', () => {
  it('is sent to where the server announced SMTPUTF8, and says so', async () => {
    server.says('EHLO', TAKES);
    await send(TO);
    expect(server.recipients).toEqual([TO]);
    expect(begun()).toEqual(['MAIL FROM:<gate@example.org> SMTPUTF8']);
  });

  it('is not sent to elsewhere, and the operator is told why and what to do', async () => {
    server.says('EHLO', TAKES_NOT);
    await send(TO);
    expect([begun(), server.taken]).toEqual([[], []]);
    const told = expect.stringMatching(
      /SMTPUTF8 \(RFC 6531\).*nothing was sent.*mail server that does/i,
    ) as unknown;
    expect(await rows()).toEqual([{ due_at: null, answer: told }]);
    expect(test.log.events('sys_mail_gave_up')).toMatchObject([{ reason: told, attempts: 1 }]);
    expect(JSON.stringify(test.log.lines)).not.toContain('jörg');
  });

  it('holds up no other mail, which goes over the same connection', async () => {
    server.says('EHLO', TAKES_NOT);
    await send(TO, 'ada@example.org', 'bea@xn--bcher-kva.example');
    expect(server.recipients).toEqual(['ada@example.org', 'bea@xn--bcher-kva.example']);
    expect(test.log.events('sys_mail_delayed')).toEqual([]);
  });
});

describe('an address with a domain in other letters', () => {
  it('goes out with the domain in ASCII, to every server', async () => {
    const fields = { username: 'bea', email: 'Bea@Bücher.example', password: PASSWORD };
    await test.visitor().post('/register', { ...fields, password_again: PASSWORD });
    await test.get(MailWorker).run();
    expect(server.recipients).toEqual(['Bea@xn--bcher-kva.example']);
    expect(server.taken[0]?.data).toMatch(/^To: Bea@xn--bcher-kva\.example$/m);
    expect(begun()[0]).not.toContain('SMTPUTF8');
  });
});

describe('a sender with letters outside ASCII before the @', () => {
  it('waits for the operator where the server did not announce SMTPUTF8', async () => {
    const { smtp } = test.config.mail;
    if (smtp === null || smtp === 'outbox') throw new Error('SMTP_URL is not set.');
    const transport = new SmtpTransport(smtp, 'Gate <jörg@example.org>');
    const mail = { id: 'anid', madeAt: 0, to: 'ada@example.org', subject: 'Hello', text: 'Hello.', html: '' };
    await expect(transport.send(mail)).rejects.toMatchObject({
      name: 'MailDelayed',
      needsOperator: true,
      others: 'barred',
      message: expect.stringMatching(/MAIL_FROM|MAIL_BOUNCE/) as unknown,
    });
    expect(begun()).toEqual([]);
    server.says('EHLO', TAKES);
    const other = new SmtpTransport(smtp, 'Gate <jörg@example.org>');
    await other.send(mail);
    expect(server.recipients).toEqual(['ada@example.org']);
    await Promise.all([transport.close(), other.close()]);
  });
});
