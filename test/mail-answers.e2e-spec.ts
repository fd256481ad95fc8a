import { minutes } from '../src/kernel/durations.js';
import { Transaction } from '../src/database/transaction.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { type Moment, ScriptedSmtp } from './support/scripted-smtp.js';
import { TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';

let server: ScriptedSmtp;
let test: TestApp;
beforeAll(async () => {
  server = await ScriptedSmtp.start();
  test = await TestApp.start({
    SMTP_URL: server.url('ada:secret-word@'),
    MAIL_FROM: 'Gate <gate@example.org>',
  });
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

const promise = (to = MAIL) =>
  test
    .get(Transaction)
    .run(manager =>
      test
        .get(Mailer)
        .promise(manager, { to, template: 'invite', model: { link: 'http://localhost:4000/' } }),
    );

const send = () => test.get(MailWorker).run();
const row = async () =>
  (
    await test.sql<{
      content: string;
      sealed: string | null;
      attempts: number;
      due_at: number | null;
      answer?: string;
    }>('SELECT * FROM mails')
  )[0]!;
const lines = () =>
  test.log.lines
    .map(({ level, message }) => ({ level, ...(message as Record<string, unknown>) }))
    .filter(line => 'event' in line && String(line.event).startsWith('sys_mail'));
const readiness = async () => {
  const { status, body } = await test.visitor().get('/health/ready');
  return { status, json: JSON.parse(body) as { status: string; mails?: Record<string, unknown> } };
};

describe('an answer about this mail', () => {
  it.each<[Moment, string]>([
    ['RCPT TO', '550 5.1.1 User unknown'],
    ['RCPT TO', '550 No such user here'],
    ['RCPT TO', '550 5.1.1 Recipient rejected: User unknown in relay recipient table'],
    ['RCPT TO', '501 5.1.3 Bad recipient address syntax'],
    ['RCPT TO', '521 5.3.1 does not accept mail'.replace('5.3.1', '5.1.10')],
    ['RCPT TO', '551 User not local'],
    ['RCPT TO', '553 5.1.3 Mailbox name not allowed'],
    ['RCPT TO', '554 Transaction failed'],
    ['message', '550 5.6.0 Not this one'],
    ['message', '554 Transaction failed'],
    ['message', '501 Malformed'],
  ])('to %s, %j, is final, and its words are told', async (moment, words) => {
    server.says(moment, words);
    await promise();
    await send();
    expect(await row()).toMatchObject({ content: '', sealed: null, attempts: 1, due_at: null });
    expect((await row()).answer).toContain(words);
    expect(lines()).toMatchObject([{ level: 'error', event: 'sys_mail_gave_up', attempts: 1 }]);
    expect(lines()[0]).toHaveProperty('reason', expect.stringContaining(words));
    expect((await readiness()).json).toEqual({ status: 'ok' });
  });
});

describe('an answer that is not about this mail', () => {
  it.each<[Moment, string, 'error' | 'warn']>([
    ['greeting', '554 5.7.1 No service for you', 'error'],
    ['greeting', '421 4.3.2 Too many connections', 'warn'],
    ['EHLO', '421 4.3.2 Shutting down', 'warn'],
    ['AUTH', '535 5.7.8 Authentication credentials invalid', 'error'],
    ['AUTH', '554 5.7.0 Too many failures', 'error'],
    ['AUTH', '454 4.7.0 Temporary authentication failure', 'warn'],
    ['MAIL FROM', '553 5.7.1 Sender address rejected: not owned by user', 'error'],
    ['MAIL FROM', '550 5.1.8 Bad sender', 'error'],
    ['MAIL FROM', '530 5.7.0 Authentication required', 'error'],
    ['RCPT TO', '550 5.7.1 Relaying denied', 'error'],
    ['RCPT TO', '554 5.7.1 Relay access denied', 'error'],
    ['RCPT TO', '550 relay not permitted', 'error'],
    ['RCPT TO', '553 sorry, not in my list of allowed rcpthosts (#5.7.1)', 'error'],
    ['RCPT TO', '550 5.1.0 Sender address rejected: User unknown', 'error'],
    ['RCPT TO', '550 5.1.8 Sender address rejected', 'error'],
    ['RCPT TO', '550-Verification failed\r\n550 Sender verify failed', 'error'],
    ['RCPT TO', '504 5.5.2 Helo command rejected: need fully-qualified hostname', 'error'],
    ['RCPT TO', '552 Over quota', 'warn'],
    ['RCPT TO', '550 5.2.2 Mailbox full', 'warn'],
    ['RCPT TO', '554 mailbox is full', 'warn'],
    ['RCPT TO', '450 4.2.0 Greylisted', 'warn'],
    ['DATA', '554 5.5.1 No valid recipients', 'error'],
    ['message', '552 5.2.2 Mailbox full', 'warn'],
    ['message', '550 5.2.2 Mailbox full', 'warn'],
    ['message', '550 5.7.26 Unauthenticated mail is not accepted', 'error'],
    ['message', '451 4.3.0 Try again', 'warn'],
  ])('to %s, %j, loses nothing and is told at once, as %s', async (moment, words, level) => {
    server.says(moment, words);
    await promise();
    await send();
    const told = words.replaceAll('\r\n', ' ');
    expect((await row()).due_at).not.toBeNull();
    expect((await row()).sealed).not.toBeNull();
    expect(lines()).toMatchObject([{ level, event: 'sys_mail_delayed', attempts: 1 }]);
    expect(lines()[0]).toHaveProperty('reason', expect.stringContaining(told));
    expect((await row()).answer).toContain(told);
    const { status, json } = await readiness();
    expect([status, json.status]).toEqual([200, 'ok']);
    expect(json.mails).toMatchObject({
      waiting: 1,
      answer: expect.stringContaining(told) as unknown,
      triedAt: new Date(test.clock.now()).toISOString(),
    });

    server.answer = () => null;
    test.clock.pass(minutes(1));
    await send();
    expect(server.recipients).toEqual([MAIL]);
    expect((await readiness()).json).toEqual({ status: 'ok' });
    expect((await row()).answer).toContain('250 2.0.0 Ok: queued as 4F2C');
  });

  it('is told without the address it names, and without the password', async () => {
    server.says('RCPT TO', `451 4.7.1 <ADA@example.org>: secret-word is no password`);
    await promise();
    await send();
    const all = JSON.stringify([test.log.lines, await row(), await readiness()]);
    expect(all).toContain('451 4.7.1 <…>: … is no password');
    expect(all.toLowerCase()).not.toMatch(/ada@example|secret-word/);
  });

  it('moves no terminal and fills no log', async () => {
    server.says('RCPT TO', `451 \u001b[2Jno\u2028way ${'x'.repeat(5000)}`);
    await promise();
    await send();
    const { answer } = await row();
    expect(answer).toMatch(/^[^\p{Cc}\p{Zl}]+$/u);
    expect(answer!.length).toBeLessThanOrEqual(500);
  });

  it('to a sign-in is got once and not by each of a queue, which all goes when that is mended', async () => {
    server.says('AUTH', '535 5.7.8 Wrong');
    await promise();
    for (let n = 0; n < 39; n++) await promise(`p${n}@example.org`);
    await send();
    await send();
    const signIns = () => server.heard.filter(line => line.startsWith('AUTH')).length;
    expect(signIns()).toBeLessThanOrEqual(10);
    const before = signIns();
    test.clock.pass(minutes(1));
    await send();
    expect(signIns()).toBe(before + 1);
    server.answer = () => null;
    test.clock.pass(minutes(5));
    await send();
    test.clock.pass(minutes(5));
    await send();
    expect(server.taken).toHaveLength(40);
    expect(new Set(server.recipients).size).toBe(40);
  });
});

describe('credentials', () => {
  it('that the server does not ask for: nothing is sent, and that is said as an error', async () => {
    server.says('EHLO', '250 stub.test');
    await promise();
    await send();
    expect(server.heard.filter(line => !/^(EHLO|QUIT)/.test(line))).toEqual([]);
    expect((await row()).due_at).not.toBeNull();
    expect(lines()).toMatchObject([{ level: 'error', event: 'sys_mail_delayed' }]);
    expect(lines()[0]).toHaveProperty('reason', expect.stringMatching(/SMTP_URL has a user.*offers no AUTH/));
  });
});

describe('what the server is told', () => {
  it('is the host of PUBLIC_URL as our name', async () => {
    await promise();
    await send();
    expect(server.heard[0]).toBe('EHLO localhost');
  });

  it('is SMTP_HELO as our name, and MAIL_BOUNCE as the sender of the envelope; people see MAIL_FROM', async () => {
    const usual = test;
    const environment = { SMTP_HELO: 'mail.example.com', MAIL_BOUNCE: 'postmaster@bücher.example' };
    test = await TestApp.start({ SMTP_URL: server.url(), MAIL_FROM: 'gate@example.org', ...environment });
    try {
      await promise();
      await send();
      expect(server.heard[0]).toBe('EHLO mail.example.com');
      expect(server.taken).toMatchObject([{ from: 'postmaster@xn--bcher-kva.example' }]);
      expect(server.taken[0]!.data).toMatch(/^From: gate@example\.org$/m);
    } finally {
      await test.close();
      test = usual;
    }
  });

  it('is the address of MAIL_FROM where there is no MAIL_BOUNCE', async () => {
    await promise();
    await send();
    expect(server.taken).toMatchObject([{ from: 'gate@example.org' }]);
  });

  it('is when the mail was promised, however often it was tried (RFC 5322 3.6.1)', async () => {
    server.says('message', '451 4.3.0 Later');
    await promise();
    const promised = new Date(test.clock.now()).toUTCString().replace('GMT', '+0000');
    await send();
    server.answer = () => null;
    test.clock.pass(minutes(90));
    await send();
    expect(server.taken[0]!.data).toMatch(new RegExp(`^Date: ${promised.replace('+', '\\+')}$`, 'm'));
  });

  it('is said over connections that are used again', async () => {
    await promise();
    for (let n = 0; n < 39; n++) await promise(`p${n}@example.org`);
    await send();
    expect(server.taken).toHaveLength(40);
    expect(server.connections).toBeLessThanOrEqual(10);
  });
});
