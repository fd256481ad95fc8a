import { readdirSync, statSync } from 'node:fs';
import { MailWorker } from '../src/mail/mail-worker.js';
import { TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';
const development = { NODE_ENV: 'development', TRUST_PROXY: 'loopback' };

describe('/dev/mail', () => {
  let test: TestApp;
  afterEach(() => test.close());

  /** Somebody asks for a link, and the mail is in the outbox when this resolves. */
  async function mailInOutbox(): Promise<void> {
    await test.person('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    await test.get(MailWorker).run();
  }

  it('shows mails in development, with links that work', async () => {
    test = await TestApp.start(development);
    await mailInOutbox();
    const page = await test.visitor().get('/dev/mail');
    expect(page.status).toBe(200);
    expect(page.body).toContain('Set a new password for Gatehouse');
    expect(page.body).toContain(`To ${MAIL}`);
    const link =
      /href="http:\/\/localhost:4000(\/reset\?token&#x3D;[\w-]{43}|\/reset\?token=[\w-]{43})"/.exec(
        page.body,
      )?.[1];
    const visitor = test.visitor();
    const answer = await visitor.get(link!.replace('&#x3D;', '='));
    expect(answer.location).toMatch(/^\/reset\?link=[\w-]{16}$/);
    expect((await visitor.get(answer.location!)).status).toBe(200);
  });

  it('is there before the first mail', async () => {
    test = await TestApp.start(development);
    expect((await test.visitor().get('/dev/mail')).body).toContain('No mail yet.');
  });

  it('prints what a mail holds, and runs none of it', async () => {
    test = await TestApp.start(development);
    await test.person('ada', 'user', MAIL);
    const name = '<img src=x onerror=alert(1)>';
    await test.sql('UPDATE users SET display_name = $1 WHERE email = $2', [name, MAIL]);
    await test.visitor().post('/forgot', { email: MAIL });
    await test.get(MailWorker).run();
    const { body } = await test.visitor().get('/dev/mail');
    expect(body).toContain('&lt;img src');
    expect(body).not.toContain('<img src');
  });

  it.each(['203.0.113.9', '10.0.0.1', '2001:db8::1'])('does not exist for %s', async from => {
    test = await TestApp.start(development);
    await mailInOutbox();
    const there = await test.visitor().get('/dev/mail', { 'x-forwarded-for': from });
    expect(there.status).toBe(404);
    expect(there.body).not.toContain(MAIL);
  });

  it('does not exist in production, not even on this machine', async () => {
    test = await TestApp.start({ NODE_ENV: 'production', SMTP_URL: 'outbox' });
    const missing = await test.visitor().get('/dev/other');
    const page = await test.visitor().get('/dev/mail');
    expect([page.status, missing.status]).toEqual([404, 404]);
    await mailInOutbox();
    expect((await test.visitor().get('/dev/mail')).body).not.toContain(MAIL);
  });
});

describe('the outbox', () => {
  it('can be read by nobody but the server’s own user', async () => {
    const test = await TestApp.start(development);
    await test.person('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    await test.get(MailWorker).run();
    const outbox = `${test.dataDir}/outbox`;
    const [file] = readdirSync(outbox);
    expect((statSync(outbox).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(`${outbox}/${file}`).mode & 0o777).toString(8)).toBe('600');
    await test.close();
  });
});
