import { days, hours, minutes, seconds } from '../src/kernel/durations.js';
import { Transaction } from '../src/database/transaction.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { MailServer } from './support/mail-server.js';
import { opened } from './support/mailed-link.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';

let server: MailServer;
let test: TestApp;

async function start(environment: Record<string, string> = {}): Promise<void> {
  test = await TestApp.start({ TRUST_PROXY: 'loopback', SMTP_URL: server.url, ...environment });
  await test.person('ada', 'user', MAIL);
}
beforeEach(async () => {
  server = await MailServer.start({ plain: true });
  await start();
});
afterEach(async () => {
  await test.close();
  await server.stop();
});

const send = () => test.get(MailWorker).run();
const forgot = (email = MAIL) => test.visitor().post('/forgot', { email });
const rows = () =>
  test.sql<{ content: string; sealed: string | null; attempts: number; due_at: number | null }>(
    'SELECT content, sealed, attempts, due_at FROM mails ORDER BY created_at',
  );
const events = () => test.log.events().filter(({ event }) => String(event).startsWith('sys_mail'));

describe('a mail over SMTP', () => {
  it('arrives: one recipient, a subject, text and HTML, from the address that is set', async () => {
    await forgot();
    await send();
    expect(server.arrived).toHaveLength(1);
    const [mail] = server.arrived;
    expect(mail).toMatchObject({ from: 'no-reply@localhost', to: [MAIL], secure: false, user: null });
    expect(mail!.subject).toBe('Set a new password for Gatehouse');
    expect(mail!.head).toMatch(/^From: Gatehouse <no-reply@localhost>\r$/m);
    expect(mail!.head).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail!.head).toContain('multipart/alternative');
    const visitor = await opened(test, mail!.link);
    expect((await visitor.get('/reset')).status).toBe(200);
    expect(await rows()).toEqual([{ content: '', sealed: null, attempts: 1, due_at: null }]);
  });

  it('is not waited for by the request that promises it', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const begun = new Promise<void>(resolve => {
      server.onMessage = () => {
        resolve();
        return held;
      };
    });
    // Else they would wait for each other.
    expect((await forgot()).status).toBe(303);
    const sending = send();
    await begun;
    expect(server.arrived).toEqual([]);
    release();
    await sending;
    expect(server.arrived).toHaveLength(1);
  });

  it('goes to an international address in the ASCII form that is stored', async () => {
    await test.person('joe', 'user', 'joe@bücher.example');
    await forgot('JOE@bücher.example');
    await send();
    expect(server.arrived[0]!.head).toMatch(/^To: joe@xn--bcher-kva\.example\r$/m);
    // smtp-server gives it back in Unicode.
    expect(server.arrived[0]!.to).toEqual(['joe@bücher.example']);
  });

  it('goes by itself soon after it was promised', async () => {
    await forgot();
    test.clock.pass(seconds(1));
    await test.clock.begin();
    expect(server.arrived).toHaveLength(1);
  });

  it('goes by itself a little later where its server is away at first', async () => {
    await forgot();
    server.fates.push(451);
    test.clock.pass(seconds(1));
    await test.clock.begin();
    test.clock.pass(minutes(2));
    await test.clock.begin();
    expect(server.arrived).toHaveLength(1);
  });

  it('keeps line breaks and markup of names out of headers and paragraphs', async () => {
    await test.sql(`UPDATE users SET display_name = $1 WHERE username = 'ada'`, [
      'Ada\r\nBcc: eve@evil.test\r\n\r\n<script>\u2028https://evil.test/',
    ]);
    await forgot();
    await send();
    const [mail] = server.arrived;
    expect(mail!.to).toEqual([MAIL]);
    expect(mail!.head).not.toContain('evil.test');
    expect(mail!.text).toContain('Hello Ada Bcc: eve@evil.test <script> https://evil.test/,');
    expect(server.arrived).toHaveLength(1);
  });

  it('keeps a stored address that holds a line break to one recipient', async () => {
    await test.get(Transaction).run(manager =>
      test.get(Mailer).promise(manager, {
        to: 'ada@example.org>\r\nRCPT TO:<eve@evil.test',
        template: 'invite',
        model: { link: 'http://localhost:4000/' },
      }),
    );
    await send();
    for (const { to, head } of server.arrived) {
      expect(to).toHaveLength(1);
      expect(to[0]).not.toBe('eve@evil.test');
      expect(head).not.toMatch(/^(RCPT|Bcc)/m);
    }
  });

  it('whose recipient is refused is given up, with an event, and holds up nobody else', async () => {
    server.refused.set(MAIL, 550);
    await test.person('bea', 'user', 'bea@example.org');
    await forgot();
    await forgot('bea@example.org');
    await send();
    expect(server.arrived.map(({ to }) => to[0])).toEqual(['bea@example.org']);
    expect((await rows()).map(({ sealed, due_at }) => [sealed, due_at])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(events()).toMatchObject([{ event: 'sys_mail_gave_up', attempts: 1 }]);
    expect(JSON.stringify(test.log.lines)).not.toContain(MAIL);
  });

  it.each([421, 450, 451, 452])('is tried again after a passing refusal (%i)', async code => {
    server.fates.push(code);
    await forgot();
    await send();
    expect(server.arrived).toHaveLength(0);
    test.clock.pass(minutes(1));
    await send();
    expect(server.arrived).toHaveLength(1);
  });

  it('is sent again where the connection broke in the middle of it', async () => {
    server.fates.push('cut-before-end');
    await forgot();
    await send();
    expect(server.arrived).toHaveLength(0);
    expect(events()).toMatchObject([{ event: 'sys_mail_delayed', attempts: 1 }]);
    test.clock.pass(minutes(1) - 1);
    await send();
    expect(server.arrived).toHaveLength(0);
    test.clock.pass(1);
    await send();
    expect(server.arrived).toHaveLength(1);
  });

  it('that comes twice, because the answer got lost, names itself alike', async () => {
    server.fates.push('cut-after-end');
    await forgot();
    await send();
    test.clock.pass(minutes(1));
    await send();
    const ids = server.arrived.map(({ messageId }) => messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^<[\w-]{16}@localhost>$/);
  });
});

describe('an SMTP server that is down', () => {
  it('gets its mails when it is back, asked at growing intervals meanwhile', async () => {
    const { port } = server;
    await server.stop();
    await forgot();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      await send();
      const [row] = await rows();
      expect(row!.attempts).toBe(attempt);
      waits.push(row!.due_at! - test.clock.now());
      test.clock.pass(waits.at(-1)!);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map(minutes));
    server = await MailServer.start({ plain: true, port });
    await send();
    expect(server.arrived.map(({ to }) => to)).toEqual([[MAIL]]);
  });

  it('is given up for a mail after a day, with an event that names no address', async () => {
    await server.stop();
    await forgot();
    const promisedAt = test.clock.now();
    for (let [row] = await rows(); row!.due_at !== null; [row] = await rows()) {
      test.clock.pass(row!.due_at - test.clock.now());
      await send();
    }
    const tried = test.clock.now() - promisedAt;
    expect(tried).toBeGreaterThan(hours(22));
    expect(tried).toBeLessThanOrEqual(days(1));
    const gaveUp = events().filter(({ event }) => event === 'sys_mail_gave_up');
    expect(gaveUp).toHaveLength(1);
    expect(JSON.stringify(test.log.lines)).not.toContain(MAIL);
    expect(await rows()).toMatchObject([{ content: '', sealed: null, due_at: null }]);
    server = await MailServer.start({ plain: true });
  });

  it('does not show to people: pages answer as ever', async () => {
    await server.stop();
    expect((await forgot()).location).toBe('/login?done=forgot');
    await send();
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    server = await MailServer.start({ plain: true });
  });
});
