import { DataKeys } from '../src/crypto/data-keys.js';
import { Transaction } from '../src/database/transaction.js';
import { minutes } from '../src/kernel/durations.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { Mailer } from '../src/mail/mailer.js';
import { MailServer } from './support/mail-server.js';
import { OtherProcess } from './support/other-process.js';
import { sendAll } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';

let server: MailServer;
let test: TestApp;
let others: OtherProcess[];
beforeEach(async () => {
  others = [];
  server = await MailServer.start({ plain: true });
  test = await TestApp.start({ TRUST_PROXY: 'loopback', SMTP_URL: server.url });
});
afterEach(async () => {
  for (const other of others) await other.close();
  await test.close();
  await server.stop();
});

/** A worker of another process. */
async function worker(): Promise<MailWorker> {
  const other = await OtherProcess.of(test);
  others.push(other);
  return other.worker;
}

const invitation = (to: string) => ({ to, template: 'invite', model: { link: 'http://localhost:4000/' } });

/** Promises this many mails in one transaction, to addresses that tell them apart. */
const promise = (count: number): Promise<void> =>
  test.get(Transaction).run(async manager => {
    for (let n = 0; n < count; n++) await test.get(Mailer).promise(manager, invitation(`p${n}@example.org`));
  });

const arrivals = () => server.arrived.map(({ to }) => to[0]).sort();

describe('many workers', () => {
  it('send each mail once', async () => {
    await promise(30);
    const workers = [test.get(MailWorker), await worker(), await worker(), await worker()];
    while ((await test.sql('SELECT 1 FROM mails WHERE due_at IS NOT NULL')).length > 0) {
      await Promise.all(workers.map(each => each.run()));
      await sendAll(test, workers);
      test.clock.pass(minutes(5));
    }
    expect(server.arrived).toHaveLength(30);
    expect(new Set(arrivals()).size).toBe(30);
  });

  it('leave a mail alone while one of them has it, and take it over when that one is lost', async () => {
    await promise(1);
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const taken = new Promise<void>(resolve => {
      server.onMessage = () => {
        resolve();
        return held;
      };
    });
    const first = test.get(MailWorker).run();
    await taken;
    server.onMessage = () => undefined;
    test.clock.pass(minutes(5) - 1);
    await (await worker()).run();
    expect(server.arrived).toHaveLength(0);
    test.clock.pass(1);
    await (await worker()).run();
    expect(server.arrived).toHaveLength(1);
    release();
    await first;
    const rows = await test.sql('SELECT content, sealed, due_at FROM mails');
    expect(rows).toEqual([{ content: '', sealed: null, due_at: null }]);
  });

  it('stop after the mail at hand when the program stops; the rest waits in the database', async () => {
    await promise(5);
    const one = test.get(MailWorker);
    let stopping: Promise<void> | null = null;
    server.onMessage = () => void (stopping ??= one.onApplicationShutdown());
    await one.run();
    await stopping;
    expect(server.arrived).toHaveLength(1);
    const waiting = await test.sql('SELECT attempts FROM mails WHERE due_at IS NOT NULL');
    expect(waiting).toEqual(Array.from({ length: 4 }, () => ({ attempts: 0 })));
  });
});

describe('a promise', () => {
  it('is kept only together with what it is about', async () => {
    const failed = test.get(Transaction).run(async manager => {
      await test.get(Mailer).promise(manager, invitation(MAIL));
      throw new Error('The rest did not work.');
    });
    await expect(failed).rejects.toThrow('The rest did not work.');
    await test.get(MailWorker).run();
    expect(await test.sql('SELECT 1 FROM mails')).toEqual([]);
    expect(server.arrived).toEqual([]);
  });

  it('is not made by a request that fails, nor is its token', async () => {
    await test.person('ada', 'user', MAIL);
    await test.sql('ALTER TABLE mails RENAME TO mails_away');
    expect((await test.visitor().post('/forgot', { email: MAIL })).status).toBeGreaterThanOrEqual(500);
    await test.sql('ALTER TABLE mails_away RENAME TO mails');
    expect(await test.sql('SELECT 1 FROM one_time_tokens')).toEqual([]);
    expect((await test.visitor().post('/forgot', { email: MAIL })).status).toBe(303);
  });

  it('is written so that neither its address nor its link can be read, and only in its own row', async () => {
    await test.person('ada', 'user', MAIL);
    await server.stop();
    await test.visitor().post('/forgot', { email: MAIL });
    await test.visitor().post('/forgot', { email: MAIL });
    const rows = await test.sql<{ id: string; sealed: string }>('SELECT id, sealed FROM mails');
    expect(rows).toHaveLength(2);
    for (const { sealed } of rows) {
      const [key, content] = sealed.split('.');
      expect([key, content]).toEqual([test.get(DataKeys).current, expect.stringMatching(/^[\w-]+$/)]);
      // Longer than what stands in a few hundred random bytes by chance.
      expect(Buffer.from(content ?? '', 'base64url').toString('latin1')).not.toMatch(
        /ada@example|\/reset\?|localhost/,
      );
    }
    // Their first attempts are over, so nobody writes to the rows but this test.
    await test.get(MailWorker).run();
    await test.sql('UPDATE mails SET sealed = $1, due_at = 1 WHERE id = $2', [rows[0]!.sealed, rows[1]!.id]);
    await test.get(MailWorker).run();
    const moved = { event: 'sys_mail_gave_up', mail: rows[1]!.id };
    expect(test.log.events('sys_mail_gave_up')).toMatchObject([moved]);
    server = await MailServer.start({ plain: true });
  });

  it('to nobody is written like one to somebody, and never sent', async () => {
    await test.person('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: 'nobody@example.org' });
    await test.get(MailWorker).run();
    const rows = await test.sql('SELECT content, sealed, attempts, due_at FROM mails');
    expect(rows).toEqual([{ content: '', sealed: null, attempts: 0, due_at: null }]);
    expect(server.arrived).toEqual([]);
  });
});

describe('a store that cannot be read', () => {
  it('stops no request and no worker for good', async () => {
    await test.person('ada', 'user', MAIL);
    await test.sql('ALTER TABLE mails RENAME TO mails_away');
    await test.get(MailWorker).run();
    expect(test.log.events('sys_mail_store_failed')).toHaveLength(1);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    await test.sql('ALTER TABLE mails_away RENAME TO mails');
    await promise(1);
    await test.get(MailWorker).run();
    expect(arrivals()).toEqual(['p0@example.org']);
  });
});
