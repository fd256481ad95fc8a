import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type EntityManager } from 'typeorm';
import { Transaction } from '../src/database/transaction.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NEW_PASSWORD = {
  current_password: PASSWORD,
  password: 'five loud herons wade',
  password_again: 'five loud herons wade',
};

describe('while the database cannot answer', () => {
  let test: TestApp;
  let ada: Visitor;
  let form: { _csrf: string };
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada');
    ada = await test.signedIn();
    form = { _csrf: await ada.csrf() };
    await test.get(DataSource).destroy();
  });
  afterAll(() => test.close());

  const expectBusy = (answer: Answer) => {
    expect([answer.status, answer.location, answer.setCookies]).toEqual([503, null, []]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['clear-site-data']).toBeUndefined();
  };

  it.each(['/', '/login', '/welcome', '/session', '/logout', '/nothing', '/setup'])(
    'GET %s of somebody with a session is a 503, no way out and no way to the login page',
    async path => expectBusy(await ada.get(path)),
  );

  it('signing out is a 503, because the session is not ended', async () => {
    expectBusy(await ada.post('/logout', form));
  });

  it('signing in is a 503, with or without a session', async () => {
    expectBusy(await ada.signIn('ada', PASSWORD));
    expectBusy(await test.visitor().signIn('ada', PASSWORD));
  });

  it('says so in words and in JSON', async () => {
    const page = await ada.get('/welcome');
    expect(page.body).toContain('If you were signed in, you still are.');
    const problem = await ada.get('/welcome', { accept: 'application/json' });
    expectBusy(problem);
    expect(problem.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('visitors still get the pages and files that need no database', async () => {
    const page = await test.visitor().get('/');
    expect(page.status).toBe(200);
    const style = /\/assets\/style[^"]+/.exec(page.body)?.[0] ?? '';
    expect((await test.visitor().get(style)).status).toBe(200);
    expect((await ada.get(style)).status).toBe(200);
    expect((await test.visitor().get('/welcome')).status).toBe(303);
  });

  it('the process is alive and not ready', async () => {
    expect((await ada.get('/health/live')).status).toBe(200);
    const ready = await ada.get('/health/ready');
    expect([ready.status, ready.body]).toEqual([503, '{"status":"unavailable"}']);
    expectBusy(ready);
  });

  it('it is reported, but not as our own fault', async () => {
    await ada.get('/welcome');
    expect(test.log.events('sys_error').at(-1)).toMatchObject({ status: 503, path: '/welcome' });
    expect(
      test.log.lines.filter(
        ({ level, message }) => level === 'error' && /welcome/.test(JSON.stringify(message)),
      ),
    ).toEqual([]);
  });

  it('nobody notices afterwards', async () => {
    await test.get(DataSource).initialize();
    expect((await ada.get('/welcome')).status).toBe(200);
    expect((await ada.get('/health/ready')).status).toBe(200);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    expect((await ada.post('/logout', form)).status).toBe(303);
    expect((await ada.get('/welcome')).status).toBe(303);
  });
});

describe('while nothing can be written to SQLite', () => {
  let test: TestApp;
  let ada: Visitor;
  afterEach(() => test.close());

  const expectReadable = async () => {
    expect((await ada.get('/welcome')).status).toBe(200);
    expect((await test.visitor().get('/')).status).toBe(200);
    expect((await ada.get('/health/live')).status).toBe(200);
  };
  const expectUnwritable = async () => {
    const signIn = await test.visitor().signIn('ada', PASSWORD);
    expect([signIn.status, signIn.setCookies]).toEqual([503, []]);
    const signOut = await ada.postForm('/logout');
    expect([signOut.status, signOut.setCookies]).toEqual([503, []]);
    expect((await ada.get('/health/ready')).status).toBe(503);
  };

  it('because the disk is full, people who are signed in stay so, and nobody is told that a sign-in worked', async () => {
    test = await TestApp.start({}, [], { stores: 'sqlite' });
    await test.person('ada');
    ada = await test.signedIn();
    await test.sql('CREATE TABLE filling (content blob)');
    await test.sql('PRAGMA max_page_count = 1');
    const full = async () =>
      test.sql('INSERT INTO filling VALUES (zeroblob(500))').then(
        () => false,
        () => true,
      );
    while (!(await full()));
    await expectReadable();
    const visitors = [...Array(12).keys()].map(() => test.visitor());
    for (const [index, visitor] of visitors.entries()) {
      // Each another one: the same would be a second click in the first.
      const browser = { 'user-agent': String(index).padEnd(512, 'x') };
      const { status } = await visitor.post('/login', { username: 'ada', password: PASSWORD }, browser);
      const there = (await visitor.get('/welcome')).status === 200;
      expect([status, there]).toEqual(there ? [303, true] : [503, false]);
    }
    expect((await visitors.at(-1)?.get('/welcome'))?.status).toBe(303);
    await expectReadable();
    await test.sql('PRAGMA max_page_count = 1000000');
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it('because the disk was full for a moment, nothing that is acknowledged afterwards is lost', async () => {
    test = await TestApp.start({}, [], { stores: 'sqlite' });
    await test.person('ada');
    ada = await test.signedIn();
    await test.sql('CREATE TABLE filling (content blob)');
    await test.sql('PRAGMA max_page_count = 1');
    const fill = (manager: EntityManager) => manager.query('INSERT INTO filling VALUES (zeroblob(100000))');
    await expect(test.get(Transaction).run(fill)).rejects.toThrow(/SQLITE_FULL/);
    const unready = await test.visitor().get('/health/ready');
    expect([unready.status, test.log.events('sys_database_unwritable')]).toEqual([
      503,
      [{ event: 'sys_database_unwritable', reason: 'SQLITE_FULL: database or disk is full' }],
    ]);
    await test.sql('PRAGMA max_page_count = 1000000');
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
    // A statement that fails, as the second of two registrations at once does.
    await test.person('eve');
    await expect(test.person('EVE')).rejects.toThrow(/taken/);
    expect((await ada.postForm('/account/password', NEW_PASSWORD)).status).toBe(303);
    const again = test.visitor();
    expect((await again.signIn('ada', NEW_PASSWORD.password)).status).toBe(303);
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
    // Whoever opens the file sees what is kept, and may write.
    const other = new DataSource({ type: 'sqlite', database: join(test.dataDir, 'gatehouse.sqlite') });
    await other.initialize();
    expect(await other.query('SELECT username FROM users WHERE NOT demo ORDER BY username')).toEqual([
      { username: 'ada' },
      { username: 'eve' },
    ]);
    expect(await other.query('SELECT count(*) AS number FROM sessions')).toEqual([{ number: 2 }]);
    await other.query('DELETE FROM filling');
    await other.destroy();
    expect(test.log.events('sys_database_unwritable')).toHaveLength(1);
    expect(test.log.events('sys_database_writable')).toHaveLength(1);
  });

  it('a file that was deleted under the server is missed', async () => {
    test = await TestApp.start({}, [], { stores: 'sqlite' });
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
    const file = join(test.dataDir, 'gatehouse.sqlite');
    renameSync(file, `${file}.away`);
    expect((await test.visitor().get('/health/ready')).status).toBe(503);
    renameSync(`${file}.away`, file);
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
  });

  it('because another program holds the database, the same', async () => {
    test = await TestApp.start({}, [], { stores: 'sqlite' });
    await test.person('ada');
    ada = await test.signedIn();
    await test.sql('PRAGMA busy_timeout = 1');
    const other = new DataSource({ type: 'sqlite', database: join(test.dataDir, 'gatehouse.sqlite') });
    await other.initialize();
    await other.query('BEGIN IMMEDIATE');
    test.clock.pass(120_000);
    await expectReadable();
    await expectUnwritable();
    await other.query('ROLLBACK');
    // Somebody else's turn is no failure of the machine.
    expect(test.log.events('sys_database_unwritable')).toEqual([]);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    expect((await ada.postForm('/logout')).status).toBe(303);
    await other.destroy();
  });

  it('because the database is read-only, the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-readonly-'));
    test = await TestApp.start({ DATA_DIR: folder }, [], { stores: 'sqlite' });
    await test.person('ada');
    ada = await test.signedIn();
    await test.sql('PRAGMA query_only = ON');
    test.clock.pass(120_000);
    await expectReadable();
    await expectUnwritable();
    await test.sql('PRAGMA query_only = OFF');
    expect((await ada.postForm('/logout')).status).toBe(303);
    rmSync(folder, { recursive: true });
  });
});
