import { ModulesContainer, Reflector } from '@nestjs/core';
import { localOrigin } from '../src/audit/security-event.js';
import { minutes } from '../src/kernel/durations.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { PublicMark } from '../src/http/access.js';
import { routesIn } from '../src/http/routes.js';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { rawRequest } from './support/raw-request.js';
import { answerStep, enrol, fieldOf, toSecondStep } from './support/second-factor.js';
import { TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

/** Rows of docs/asvs.md that no other suite is about. */
describe('whatever is answered', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada', 'user', 'ada@example.org');
  });
  afterAll(() => test.close());

  it('says what it is, and in which charset (ASVS 4.1.1)', async () => {
    const ada = await test.signedIn();
    const json = { accept: 'application/json' };
    const typeOf = ({ headers }: Answer) => headers['content-type'];
    const html = [
      await test.visitor().get('/login'),
      await test.visitor().get('/nothing'),
      await test.visitor().post('/login', { username: 'ada', password: 'wrong' }),
      await test.visitor().post('/login', 'a'.repeat(70_000)),
      await test.visitor().send('PUT', '/login'),
      await ada.get('/account'),
    ];
    expect(html.map(({ status }) => status)).toEqual([200, 404, 422, 413, 404, 200]);
    expect(new Set(html.map(typeOf))).toEqual(new Set(['text/html; charset=utf-8']));
    const problems = [
      await test.visitor().get('/nothing', json),
      await test.visitor().post('/login', { username: 'ada', password: 'wrong' }, json),
      await test.visitor().get('/session'),
    ];
    expect(new Set(problems.map(typeOf))).toEqual(new Set(['application/problem+json; charset=utf-8']));
    const data = [
      await ada.get('/session'),
      await ada.get('/account/data'),
      await test.visitor().get('/health/live'),
    ];
    expect(new Set(data.map(typeOf))).toEqual(new Set(['application/json; charset=utf-8']));
    const codes = await ada.get('/account/security/recovery-codes');
    const text = await ada.postForm('/account/security/recovery-codes/download', {
      pending: fieldOf(codes, 'pending'),
    });
    expect([text.status, typeOf(text)]).toEqual([200, 'text/plain; charset=utf-8']);
    const keys = await test.visitor().get('/.well-known/gatehouse.jwks');
    expect([keys.status, typeOf(keys)]).toEqual([200, 'application/json; charset=utf-8']);
  });

  it('is as long as it says, to the byte (ASVS 4.2.2)', async () => {
    const { body } = await test.visitor().get('/login');
    const style = /"(\/assets\/style-[^"]+)"/.exec(body)?.[1] ?? '';
    const asks: readonly [request: string, status: number][] = [
      ['GET /login', 200],
      ['HEAD /login', 200],
      ['GET /welcome', 303],
      ['GET /session', 401],
      ['GET /nothing', 404],
      ['GET /health/live', 200],
      [`GET ${style}`, 200],
      [`HEAD ${style}`, 200],
      ['TRACE /', 405],
    ];
    for (const [request, status] of asks) {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const head = `Host: localhost:${test.port}\r\nAccept-Encoding: ${encoding}\r\nConnection: close`;
        const answer = await rawRequest(test.port, `${request} HTTP/1.1\r\n${head}\r\n\r\n`);
        expect([request, answer.status, answer.answers]).toEqual([request, status, 1]);
        const sent = answer.text.slice(answer.text.indexOf('\r\n\r\n') + 4).length;
        const said = Number(/^content-length: (\d+)\r?$/m.exec(answer.head)?.[1]);
        expect(answer.head).not.toMatch(/^transfer-encoding:/m);
        if (request.startsWith('HEAD')) expect([sent, said > 0]).toEqual([0, true]);
        else expect([request, encoding, sent]).toEqual([request, encoding, said]);
      }
    }
  });

  it('has a way out on every page of somebody who is signed in (ASVS 7.4.4)', async () => {
    const ada = await test.signedIn();
    const pages = routesIn(test.get(ModulesContainer))
      .filter(({ method, parts }) => method === 'GET' && !parts.some(part => part.startsWith(':')))
      .filter(
        ({ handler, controller }) =>
          test.get(Reflector).getAllAndOverride(PublicMark, [handler, controller] as never) !== true,
      )
      .map(({ parts }) => `/${parts.join('/')}`);
    const shown: string[] = [];
    for (const page of [...pages, '/nothing-here']) {
      const { status, headers, body } = await ada.get(page, { 'sec-fetch-site': 'same-origin' });
      if (page === '/logout' || status === 303 || !/html/.test(String(headers['content-type']))) continue;
      shown.push(page);
      expect([page, body.includes('<form method="post" action="/logout">')]).toEqual([page, true]);
    }
    expect(shown).toEqual(
      expect.arrayContaining(['/account', '/account/tokens', '/account/apps', '/confirm']),
    );
    expect(shown.length).toBeGreaterThan(12);
  });

  it('asks for a passkey by 256 random bits that nobody else gets (ASVS 6.7.2)', async () => {
    const asked = await Promise.all(
      Array.from({ length: 50 }, () => test.visitor().get('/login/passkey', { accept: 'application/json' })),
    );
    const random = asked.map(({ body }) => {
      const { challenge } = JSON.parse(body) as { challenge: string };
      const [, bits = ''] = Buffer.from(challenge, 'base64url').toString().split('.');
      return bits;
    });
    expect(random.every(bits => /^[\w-]{43}$/.test(bits))).toBe(true);
    expect(new Set(random).size).toBe(50);
  });

  it('looks at few mailed codes, however many steps they are typed in (ASVS 6.6.3)', async () => {
    const id = await test.person('bea', 'user', 'bea@example.org');
    await enrol(test, await test.signedIn('bea'));
    await test.get(LostFactors).reset(id, true, localOrigin('command line, test'));
    test.log.lines.length = 0;
    for (let round = 0; round < 100; round++) {
      const thief = test.visitor();
      const page = await toSecondStep(thief, 'bea');
      const { status } = await answerStep(thief, page, { reset_code: 'a'.repeat(26) });
      expect([422, 429]).toContain(status);
      test.clock.pass(minutes(1));
    }
    const lookedAt = test.log.events('authn_step_fail').length;
    expect(lookedAt).toBeGreaterThanOrEqual(10);
    expect(lookedAt).toBeLessThan(20);
  });

  it('asks for passwords as such, and lets managers and the clipboard fill them in (ASVS 6.2.6, 6.2.7)', async () => {
    const ada = await test.signedIn();
    await test.visitor().post('/forgot', { email: 'ada@example.org' });
    const reset = await opened(test, (await mailTo(test, 'ada@example.org', /^Set a new password/)).link);
    const pages: [Answer, readonly string[]][] = [
      [await test.visitor().get('/login'), ['current-password']],
      [await test.visitor().get('/register'), ['new-password']],
      [await reset.get('/reset'), ['new-password']],
      [await ada.get('/account/password'), ['current-password', 'new-password']],
      [await ada.get('/confirm'), ['current-password']],
    ];
    for (const [{ status, body }, wanted] of pages) {
      expect(status).toBe(200);
      const fields = body.match(/<input[^>]*password[^>]*>/g) ?? [];
      const kinds = fields.map(field => /autocomplete="([\w-]+)"/.exec(field)?.[1]);
      expect(new Set(kinds)).toEqual(new Set(wanted));
      expect(fields.filter(field => !/type="password"/.test(field))).toEqual([]);
      expect(body).not.toMatch(/\son(paste|copy|drop|beforeinput)=|autocomplete="off"/i);
      expect(fields.filter(field => /maxlength/.test(field))).toEqual([]);
    }
  });
});
