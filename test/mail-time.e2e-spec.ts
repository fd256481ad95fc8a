import { Transaction } from '../src/database/transaction.js';
import { days, hours, minutes } from '../src/kernel/durations.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { Sweeper } from '../src/database/sweeper.js';
import { opened } from './support/mailed-link.js';
import { OtherProcess } from './support/other-process.js';
import { ScriptedSmtp } from './support/scripted-smtp.js';
import { TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';

let server: ScriptedSmtp;
let test: TestApp;
let others: OtherProcess[];
beforeEach(async () => {
  others = [];
  server = await ScriptedSmtp.start();
  test = await TestApp.start({ TRUST_PROXY: 'loopback', SMTP_URL: server.url() });
});
afterEach(async () => {
  for (const other of others) await other.close();
  await test.close();
  await server.stop();
});

const send = () => test.get(MailWorker).run();
/** A worker of another process. */
async function otherNode(): Promise<MailWorker> {
  const other = await OtherProcess.of(test);
  others.push(other);
  return other.worker;
}
const promise = (...to: string[]) =>
  test.get(Transaction).run(async manager => {
    for (const address of to)
      await test.get(Mailer).promise(manager, {
        to: address,
        template: 'invite',
        model: { link: 'http://localhost:4000/' },
      });
  });
const rows = () => test.sql<Record<string, unknown>>('SELECT * FROM mails');
const events = (name: string) => test.log.events(name);

/** Holds mails to these addresses at their last answer. */
function hold(...addresses: string[]) {
  let letGo: (words: string | null) => void = () => undefined;
  const held = new Promise<string | null>(resolve => (letGo = resolve));
  let stood = 0;
  server.answer = (moment, line) => {
    if (moment !== 'message' || !addresses.includes(line)) return null;
    stood += 1;
    return held;
  };
  return { letGo, standing: () => server.until(() => stood >= addresses.length) };
}

describe('a server that takes its time over some mails', () => {
  it('holds up no others', async () => {
    const slow = ['slow1@example.org', 'slow2@example.org'];
    const { letGo } = hold(...slow);
    await promise(...slow, ...[1, 2, 3, 4, 5].map(n => `p${n}@example.org`));
    const done = send();
    await server.until(() => server.taken.length === 5);
    await promise('later@example.org');
    void send();
    await server.until(() => server.taken.length === 6);
    letGo(null);
    await done;
    expect(server.taken).toHaveLength(8);
  });

  it('gets none of them twice, however long: the lease is renewed meanwhile', async () => {
    const { letGo, standing } = hold(MAIL);
    await promise(MAIL);
    const first = send();
    await standing();
    for (let turn = 0; turn < 3; turn++) {
      test.clock.pass(minutes(4));
      await test.get(MailWorker).renew();
      await (await otherNode()).run();
    }
    letGo(null);
    await first;
    expect(server.recipients).toEqual([MAIL]);
    expect(await rows()).toMatchObject([{ content: '', sealed: null, due_at: null, attempts: 1 }]);
  });

  it('gets it once from a node whose clock jumps meanwhile', async () => {
    const { letGo, standing } = hold(MAIL);
    await promise(MAIL);
    const first = send();
    await standing();
    test.clock.pass(days(1));
    void send();
    await promise('p1@example.org');
    void send();
    await server.until(() => server.taken.length === 1);
    letGo(null);
    await first;
    expect(server.recipients).toEqual([MAIL, 'p1@example.org']);
  });
});

describe('a node that slept past its lease', () => {
  it.each(['451 4.3.0 Try again', '550 5.1.1 Unknown'])(
    'has nothing to say about a mail that another delivered, whatever it hears: %s',
    async words => {
      const { letGo, standing } = hold(MAIL);
      await promise(MAIL);
      const first = send();
      await standing();
      test.clock.pass(minutes(5));
      server.answer = () => null;
      await (await otherNode()).run();
      expect(server.recipients).toEqual([MAIL]);
      letGo(words);
      await first;
      expect(test.log.events().filter(({ event }) => String(event).startsWith('sys_mail'))).toEqual([]);
      expect(await rows()).toMatchObject([{ content: '', sealed: null, due_at: null }]);
      test.clock.pass(hours(2));
      await send();
      expect(events('sys_mail_gave_up')).toEqual([]);
      expect(server.taken).toHaveLength(1);
    },
  );

  it('says so where both had it taken', async () => {
    const { letGo, standing } = hold(MAIL);
    await promise(MAIL);
    const first = send();
    await standing();
    test.clock.pass(minutes(5));
    server.answer = () => null;
    await (await otherNode()).run();
    letGo(null);
    await first;
    expect(server.taken).toHaveLength(2);
    expect(events('sys_mail_doubled')).toHaveLength(1);
  });
});

describe('a database that is away when the server has taken a mail', () => {
  it('does not make it go again', async () => {
    const { letGo, standing } = hold(MAIL);
    await promise(MAIL);
    const first = send();
    await standing();
    await test.sql('ALTER TABLE mails RENAME TO mails_away');
    letGo(null);
    await first;
    expect(events('sys_mail_store_failed')).not.toHaveLength(0);
    await test.sql('ALTER TABLE mails_away RENAME TO mails');
    await send();
    expect(await rows()).toMatchObject([{ content: '', sealed: null, due_at: null }]);
    test.clock.pass(hours(1));
    await send();
    expect(server.taken).toHaveLength(1);
  });
});

describe('a clock that is a day ahead for a while', () => {
  it('gives no waiting mail up', async () => {
    server.says('RCPT TO', '451 4.3.0 Later');
    await promise(MAIL);
    await send();
    test.clock.pass(days(1));
    await send();
    await send();
    test.clock.pass(-days(1));
    expect(events('sys_mail_gave_up')).toEqual([]);
    server.answer = () => null;
    await send();
    expect(server.recipients).toEqual([MAIL]);
  });

  it.each([days(1), minutes(30)])('makes no new mail due then (%i ms ahead)', async ahead => {
    test.clock.pass(ahead);
    await promise(MAIL);
    test.clock.pass(-ahead);
    await send();
    expect(server.recipients).toEqual([MAIL]);
    const now = new Date(test.clock.now()).toUTCString().replace('GMT', '+0000');
    expect(server.taken[0]!.data).toContain(`Date: ${now}`);
  });

  it('sweeps no mail that waits', async () => {
    server.says('RCPT TO', '451 4.3.0 Later');
    await promise(MAIL);
    await send();
    test.clock.pass(days(400));
    await test.get(Sweeper).sweep();
    test.clock.pass(-days(400));
    expect(await rows()).toHaveLength(1);
    server.answer = () => null;
    test.clock.pass(minutes(1));
    await send();
    test.clock.pass(days(7));
    await test.get(Sweeper).sweep();
    expect(await rows()).toEqual([]);
  });

  it('leaves a link good for no longer than its mail says', async () => {
    await test.person('ada', 'user', MAIL);
    server.says('RCPT TO', '451 4.3.0 Later');
    await test.visitor().post('/forgot', { email: MAIL });
    await send();
    test.clock.pass(days(1));
    await send();
    test.clock.pass(-days(1));
    server.answer = () => null;
    await send();
    expect(server.recipients).toEqual([MAIL]);
    const link = linkOf(server.taken[0]!.data);
    expect((await (await opened(test, link)).get('/reset')).status).toBe(200);
    test.clock.pass(minutes(30));
    expect((await (await opened(test, link)).get('/reset')).status).toBe(410);
  });
});

describe('a link that is over before its mail could be sent', () => {
  beforeEach(async () => {
    await test.person('ada', 'user', MAIL);
    server.says('greeting', '421 4.3.2 Not today');
    await test.visitor().post('/forgot', { email: MAIL });
    await send();
    server.answer = () => null;
  });

  it('is made good again for as long as the mail says, and dated anew', async () => {
    test.clock.pass(hours(2));
    await test.get(Sweeper).sweep();
    await send();
    expect(server.recipients).toEqual([MAIL]);
    const now = new Date(test.clock.now()).toUTCString().replace('GMT', '+0000');
    expect(server.taken[0]!.data).toContain(`Date: ${now}`);
    const link = linkOf(server.taken[0]!.data);
    test.clock.pass(minutes(29));
    expect((await (await opened(test, link)).get('/reset')).status).toBe(200);
    test.clock.pass(minutes(1));
    expect((await (await opened(test, link)).get('/reset')).status).toBe(410);
  });

  it('is made good through hours of tries, whatever is swept meanwhile', async () => {
    server.says('MAIL FROM', '451 4.3.0 Later');
    for (let hour = 0; hour < 5; hour++) {
      test.clock.pass(hours(1));
      await send();
      await test.get(Sweeper).sweep();
    }
    server.answer = () => null;
    test.clock.pass(hours(1));
    await send();
    expect((await (await opened(test, linkOf(server.taken[0]!.data))).get('/reset')).status).toBe(200);
  });

  it('is dropped with an event where it was replaced meanwhile', async () => {
    server.says('greeting', '421 4.3.2 Not today');
    test.clock.pass(minutes(20));
    await test.visitor().post('/forgot', { email: MAIL });
    await send();
    test.clock.pass(minutes(11));
    server.answer = () => null;
    await send();
    expect(server.taken).toHaveLength(1);
    expect((await (await opened(test, linkOf(server.taken[0]!.data))).get('/reset')).status).toBe(200);
    expect(events('sys_mail_gave_up')).toMatchObject([
      { reason: 'Its link was over before it could be sent.' },
    ]);
  });
});

const linkOf = (data: string): string => {
  const text = data.replaceAll('=\n', '').replaceAll('=3D', '=');
  return /https?:\/\/[^/\s]+(\/\S*)/.exec(text)?.[1] ?? '';
};
