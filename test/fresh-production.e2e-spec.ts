import { MailWorker } from '../src/mail/mail-worker.js';
import { mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const PRODUCTION = { NODE_ENV: 'production' };
const JSON_CLIENT = { accept: 'application/json' };
const MAIL = 'ada@example.org';

const said = ({ log }: TestApp) => log.lines.map(({ message }) => String(message));
const ready = async (test: TestApp) => {
  const { status, body } = await test.visitor().get('/health/ready');
  return [status, JSON.parse(body)];
};

/** Another process on the stores of this one. */
const beside = (test: TestApp, environment: Record<string, string> = {}) =>
  TestApp.start({ ...PRODUCTION, DATA_DIR: test.config.dataDir, ...environment });

describe('a production server on which nobody has an account', () => {
  let test: TestApp;
  let other: TestApp;
  beforeAll(async () => {
    test = await TestApp.start(PRODUCTION);
    other = await beside(test);
  });
  afterAll(async () => {
    await other.close();
    await test.close();
  });

  it.each(['/', '/login', '/register', '/login?return_to=%2Fwelcome', '/login?done=ended', '/LOGIN/'])(
    'leads from %s to /setup',
    async path => {
      const { status, location, setCookies } = await test.visitor().get(path);
      expect([status, location, setCookies]).toEqual([303, '/setup', []]);
    },
  );

  it('leads there whoever asks for a page of signed-in people', async () => {
    const visitor = test.visitor();
    const { location } = await visitor.get('/account');
    expect((await visitor.get(location ?? '')).location).toBe('/setup');
  });

  it('leads no program there, and takes forms as ever', async () => {
    expect((await test.visitor().get('/login', JSON_CLIENT)).status).toBe(200);
    expect((await test.visitor().get('/register', JSON_CLIENT)).status).toBe(404);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(422);
    expect((await test.visitor().get('/forgot')).status).toBe(404);
    expect((await test.visitor().get('/setup')).status).toBe(200);
  });

  it('shows its sign-in page on every process once somebody has one, made by the command line too', async () => {
    expect((await other.visitor().get('/')).location).toBe('/setup');
    await test.person('ada', 'admin', MAIL);
    for (const process of [test, other]) {
      for (const path of ['/', '/login', '/login?done=setup'])
        expect([path, (await process.visitor().get(path)).status]).toEqual([path, 200]);
      expect((await process.visitor().get('/register')).status).toBe(404);
      expect((await process.visitor().get('/setup')).status).toBe(404);
    }
  });

  it('asks that no more: the sign-in page needs no look at who is there', async () => {
    await test.sql('UPDATE users SET demo = TRUE');
    expect((await test.visitor().get('/login')).status).toBe(200);
    expect((await test.visitor().get('/setup')).status).toBe(200);
    await test.sql('UPDATE users SET demo = FALSE');
  });
});

describe('production without SMTP_URL', () => {
  let test: TestApp;
  let ada: Visitor;
  beforeAll(async () => {
    test = await TestApp.start({ ...PRODUCTION, REGISTRATION: 'open' });
    await test.person('ada', 'user', MAIL);
    ada = await test.signedIn();
  });
  afterAll(() => test.close());

  const NO_MAIL = /^This page needs e-mail, and this site does not send any\. Ask the people who run it\.$/;

  it.each(['/register', '/verify', '/verify/again', '/forgot', '/reset', '/invite', '/not-me'])(
    'has nothing at %s',
    async path => {
      for (const answer of [
        await test.visitor().get(`${path}?token=x`, JSON_CLIENT),
        await test.visitor().post(path, { email: MAIL }, JSON_CLIENT),
      ]) {
        expect([answer.status, answer.setCookies]).toEqual([404, []]);
        expect(JSON.parse(answer.body)).toMatchObject({ detail: expect.stringMatching(NO_MAIL) as string });
      }
      expect((await test.visitor().get(path)).body).toContain('This page needs e-mail');
    },
  );

  it('has nothing where an address is changed, and does not ask for a password first', async () => {
    test.clock.pass(test.config.session.recentSignIn + 1);
    const page = await ada.get('/account/email', JSON_CLIENT);
    expect([page.status, JSON.parse(page.body)]).toMatchObject([
      404,
      { detail: expect.stringMatching(NO_MAIL) as string },
    ]);
    const fields = { email: 'new@example.org', _csrf: await ada.csrf() };
    expect((await ada.post('/account/email', fields)).status).toBe(404);
    expect((await test.visitor().get('/account/email')).location).toBe('/login?return_to=%2Faccount%2Femail');
  });

  it('has no link to any of it', async () => {
    const pages = [await test.visitor().get('/login'), await ada.get('/account'), await ada.get('/welcome')];
    for (const { status, body } of pages) {
      expect(status).toBe(200);
      expect(body).not.toMatch(/href="\/(register|verify|forgot|reset|invite|account\/email)/);
    }
    expect((await test.visitor().signIn('ada', 'wrong')).body).not.toContain('/forgot');
  });

  it('promises no link to who forgets the password', async () => {
    await test.person('eve');
    for (const who of [ada, await test.signedIn('eve')]) {
      const { body } = await who.get('/account/security');
      expect(body).toContain('If you forget your password, only the people who run this site can help');
      expect(body).not.toMatch(/a link goes to|add an e-mail address/);
    }
  });

  it('promises nobody a mail, and makes no link for one', async () => {
    await test.signedIn('ada');
    const form = { current_password: PASSWORD, password: `${PASSWORD} on`, password_again: `${PASSWORD} on` };
    expect((await ada.post('/account/password', { ...form, _csrf: await ada.csrf() })).location).toBe(
      '/account',
    );
    expect(await test.sql('SELECT 1 FROM mails')).toEqual([]);
    expect(await test.sql('SELECT 1 FROM one_time_tokens')).toEqual([]);
  });

  it('says so at its start and to who watches it, and is ready nevertheless', async () => {
    expect(said(test)).toContainEqual(
      expect.stringMatching(/^SMTP_URL is not set: no mail is sent, and nothing that needs one is offered/),
    );
    expect(await ready(test)).toEqual([
      200,
      {
        status: 'ok',
        mails: { off: true, waiting: 0, warning: expect.stringMatching(/^SMTP_URL is not set/) },
      },
    ]);
  });
});

describe('mails that were promised before SMTP_URL was taken away', () => {
  it('wait, the log says so, and they go once there is a way', async () => {
    const before = await TestApp.start({ ...PRODUCTION, SMTP_URL: 'outbox' });
    await before.person('ada', 'user', MAIL);
    await before.get(MailWorker).leave();
    await before.visitor().post('/forgot', { email: MAIL });

    const off = await beside(before);
    expect(said(off)).toContainEqual(
      '1 mail waits from before SMTP_URL was taken away. It goes once SMTP_URL is set again.',
    );
    await off.get(MailWorker).run();
    expect(await ready(off)).toMatchObject([200, { mails: { off: true, waiting: 1 } }]);
    expect(await off.sql('SELECT attempts, answer FROM mails')).toEqual([{ attempts: 0, answer: null }]);

    const again = await beside(before, { SMTP_URL: 'outbox' });
    expect(await mailTo(Object.assign(again, { dataDir: before.dataDir }), MAIL, /password/)).toBeTruthy();
    expect(await ready(again)).toEqual([200, { status: 'ok' }]);
    for (const each of [again, off, before]) await each.close();
  });
});

describe('SMTP_URL=outbox in production', () => {
  it('offers what needs mails, for who collects the files', async () => {
    const test = await TestApp.start({ ...PRODUCTION, SMTP_URL: 'outbox', REGISTRATION: 'open' });
    await test.person('root', 'admin');
    const page = await test.visitor().get('/login');
    expect(page.body).toContain('href="/forgot"');
    expect(page.body).toContain('href="/register"');
    const fields = { username: 'ada', email: MAIL, password: PASSWORD, password_again: PASSWORD };
    expect((await test.visitor().post('/register', fields)).location).toBe('/verify/sent');
    expect((await mailTo(test, MAIL, /./)).link).toMatch(/^\/verify\?token=/);
    expect(said(test)).toContainEqual(
      `Mails are files in "${test.dataDir}/outbox" (SMTP_URL): they reach nobody until somebody collects them.`,
    );
    expect((await test.visitor().get('/dev/mail')).status).toBe(404);
    await test.close();
  });
});

describe('REGISTRATION that is not set', () => {
  const start = async (environment: Record<string, string>) => {
    const test = await TestApp.start(environment);
    await test.person('root', 'admin');
    const [register, login] = [await test.visitor().get('/register'), await test.visitor().get('/login')];
    const lines = said(test).filter(line => line.startsWith('REGISTRATION'));
    await test.close();
    return { status: register.status, body: register.body, offered: login.body.includes('/register'), lines };
  };

  it('is closed in production, and the start says so', async () => {
    const { body, ...seen } = await start({ ...PRODUCTION, SMTP_URL: 'outbox' });
    expect(seen).toEqual({
      status: 404,
      offered: false,
      lines: [
        'REGISTRATION is not set: nobody can register. Set it to open or invite to let people in, or to closed to silence this line.',
      ],
    });
    expect(body).toContain('There is no page at this address.');
  });

  it('is open while developing', async () => {
    expect(await start({ NODE_ENV: 'development' })).toMatchObject({ status: 200, offered: true, lines: [] });
  });
});
