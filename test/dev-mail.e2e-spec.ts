import { readdirSync, readFileSync, statSync } from 'node:fs';
import { minutes } from '../src/kernel/durations.js';
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

  /** The address of the one mail in the list. */
  async function addressOfMail(): Promise<string> {
    const { body } = await test.visitor().get('/dev/mail');
    return /href="(\/dev\/mail\/[\w-]{16})"/.exec(body)?.[1] ?? 'no mail is listed';
  }

  it('lists mails in development: subject, to whom, and when', async () => {
    test = await TestApp.start(development);
    await mailInOutbox();
    test.clock.pass(minutes(5));
    const page = await test.visitor().get('/dev/mail');
    expect(page.status).toBe(200);
    expect(page.body).toMatch(/<a href="\/dev\/mail\/[\w-]{16}">Set a new password for Gatehouse<\/a>/);
    expect(page.body).toContain(`<td data-label="To">${MAIL}</td>`);
    expect(page.body).toContain(
      '<time datetime="2026-11-23T12:00:00.000Z">5 minutes ago <small>23 Nov 2026, 12:00 UTC</small></time>',
    );
  });

  it('opens a mail as text, with links that work', async () => {
    test = await TestApp.start(development);
    await mailInOutbox();
    const page = await test.visitor().get(await addressOfMail());
    expect(page.body).toContain('<pre>Hello ada,\n\nSomebody, probably you, asked');
    const link = /<a href="http:\/\/localhost:4000(\/reset\?token(?:&#x3D;|=)[\w-]{43})">/.exec(
      page.body,
    )?.[1];
    const visitor = test.visitor();
    const answer = await visitor.get(link!.replace('&#x3D;', '='));
    expect(answer.location).toMatch(/^\/reset\?link=[\w-]{16}$/);
    expect((await visitor.get(answer.location!)).status).toBe(200);
  });

  it('opens it as HTML in a frame that runs nothing and loads nothing', async () => {
    test = await TestApp.start(development);
    await mailInOutbox();
    const address = await addressOfMail();
    const page = await test.visitor().get(address);
    expect(page.body).toContain(`<iframe src="${address}/html"`);
    expect(page.body).toMatch(/<iframe [^>]+ sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(page.headers['content-security-policy']).toContain("; frame-src 'self';");
    const framed = await test.visitor().get(`${address}/html`);
    expect([framed.status, framed.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(framed.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
        'sandbox allow-popups allow-popups-to-escape-sandbox',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-opener-policy': 'unsafe-none',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(framed.body).toMatch(
      /^<!doctype html>[^]+<h1 [^>]+>Set a new password for Gatehouse<\/h1>[^]+<\/html>\n$/,
    );
  });

  it('lets no other page have frames', async () => {
    test = await TestApp.start(development);
    for (const path of ['/login', '/dev/mail'])
      expect((await test.visitor().get(path)).headers['content-security-policy']).not.toContain('frame-src');
  });

  it('is there before the first mail', async () => {
    test = await TestApp.start(development);
    expect((await test.visitor().get('/dev/mail')).body).toContain('No mail yet.');
  });

  it.each(['nothing-of-this-name', '..', '%2e%2e%2fgatehouse', '.draft', '%00'])(
    'has no mail %s',
    async id => {
      test = await TestApp.start(development);
      await mailInOutbox();
      for (const path of [`/dev/mail/${id}`, `/dev/mail/${id}/html`])
        expect((await test.visitor().get(path)).body).not.toMatch(/<pre>|<iframe|Hello/);
    },
  );

  it('prints what a mail holds, and runs none of it', async () => {
    test = await TestApp.start(development);
    await test.person('ada', 'user', MAIL);
    const name = '<img src=x onerror=alert(1)>';
    await test.sql('UPDATE users SET display_name = $1 WHERE email = $2', [name, MAIL]);
    await test.visitor().post('/forgot', { email: MAIL });
    await test.get(MailWorker).run();
    const address = await addressOfMail();
    for (const path of [address, `${address}/html`]) {
      const { body } = await test.visitor().get(path);
      expect(body).toContain('&lt;img src');
      expect(body).not.toContain('<img src');
    }
  });

  it.each(['203.0.113.9', '10.0.0.1', '2001:db8::1'])('does not exist for %s', async from => {
    test = await TestApp.start(development);
    await mailInOutbox();
    const address = await addressOfMail();
    for (const path of ['/dev/mail', address, `${address}/html`]) {
      const there = await test.visitor().get(path, { 'x-forwarded-for': from });
      expect(there.status).toBe(404);
      expect(there.body).not.toContain(MAIL);
    }
  });

  it('does not exist in production, not even on this machine', async () => {
    test = await TestApp.start({ NODE_ENV: 'production', SMTP_URL: 'outbox' });
    const missing = await test.visitor().get('/dev/other');
    const page = await test.visitor().get('/dev/mail');
    expect([page.status, missing.status]).toEqual([404, 404]);
    await mailInOutbox();
    const [file = ''] = readdirSync(`${test.dataDir}/outbox`);
    const address = `/dev/mail/${file.replace(/\.eml$/, '')}`;
    for (const path of ['/dev/mail', address, `${address}/html`]) {
      const there = await test.visitor().get(path);
      expect(there.status).toBe(404);
      expect(there.body).not.toContain(MAIL);
    }
  });
});

describe('the outbox', () => {
  it('has files that are dated, and can be read by nobody but the server’s own user', async () => {
    const test = await TestApp.start(development);
    await test.person('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    await test.get(MailWorker).run();
    const outbox = `${test.dataDir}/outbox`;
    const [file] = readdirSync(outbox);
    expect(readFileSync(`${outbox}/${file}`, 'utf8')).toMatch(/^Date: Mon, 23 Nov 2026 12:00:00 \+0000$/m);
    expect((statSync(outbox).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(`${outbox}/${file}`).mode & 0o777).toString(8)).toBe('600');
    await test.close();
  });
});
