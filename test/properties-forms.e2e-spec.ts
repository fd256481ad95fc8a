import { Body, Controller, Module, Post } from '@nestjs/common';
import fc from 'fast-check';
import { z } from 'zod';
import { Public, VisitorForm } from '../src/http/access.js';
import { form } from '../src/http/form-body.js';
import { ManySenders } from './support/many-senders.js';
import { PASSWORD, PUBLIC_URL, TestApp } from './support/test-app.js';

/** Gives back the fields it was sent, as a team's own form would read them. */
@Controller('echo')
class EchoController {
  @Public()
  @VisitorForm()
  @Post()
  echo(@Body(form(z.record(z.string(), z.string()))) fields: Record<string, string>) {
    return { fields };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

let test: TestApp;
const { send } = new ManySenders(() => test);

beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' }, [EchoModule]);
  await test.person('Ada');
});
afterEach(() => {
  expect(test.log.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});
afterAll(() => test.close());

const fieldName = fc
  .stringMatching(/^[A-Za-z_][\w.-]{0,20}$/)
  .filter(name => !(name in {}) && name !== '_csrf');
const fields = fc.dictionary(fieldName, fc.string({ unit: 'grapheme', maxLength: 60 }), {
  maxKeys: 8,
  noNullPrototype: true,
});

const formPiece = fc.constantFrom(
  'username',
  'password',
  'return_to',
  'remember',
  '_csrf',
  '=',
  '&',
  '+',
  '%',
  '%00',
  '%ff',
  '%C3%A9',
  '%u0041',
  '[',
  ']',
  '[]',
  '__proto__',
  'constructor',
  ';',
  'Ada',
  '\ud800',
  '\u2028',
  'é',
);
const soup = fc.array(formPiece, { maxLength: 25 }).map(parts => parts.join(''));

describe('a form', () => {
  it('is read as it was written by any browser', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async written => {
        const body = new URLSearchParams(written).toString();
        fc.pre(Buffer.byteLength(body) <= 4096);
        const answer = await send(body, {}, '/echo');
        expect(answer.status).toBe(201);
        expect(JSON.parse(answer.body)).toEqual({ fields: written });
      }),
      { numRuns: 200 },
    );
  });

  it('made of anything is an answer below 500', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, soup), async body => {
        const { status } = await send(body, {}, '/echo');
        expect([201, 400]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });

  it('of any kind and packing is an answer below 500', async () => {
    const type = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'text/plain',
      'multipart/form-data',
      ';',
      'application/csp-report',
      'application/reports+json',
      'application/x-www-form-urlencoded; charset=x',
      '',
    );
    const path = fc.constantFrom('/echo', '/csp-report', '/login', '/nowhere', '/account');
    await fc.assert(
      fc.asyncProperty(
        type,
        path,
        fc.oneof(soup, fc.json(), fc.string({ unit: 'binary' })),
        async (kind, where, body) => {
          const { status, setCookies } = await send(body, { 'content-type': kind }, where);
          expect(status).toBeLessThan(500);
          expect(setCookies).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a sign-in form', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('Ada', 'ada@example.org', '\0', ' ', "' OR 1=1--"),
  );

  it('with any name and password is refused and makes no session', async () => {
    const before = await test.stored.sessions();
    await fc.assert(
      fc.asyncProperty(text, text, async (username, password) => {
        const answer = await send(new URLSearchParams({ username, password }).toString());
        expect([422, 429]).toContain(answer.status);
        expect(answer.setCookies).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(await test.stored.sessions()).toEqual(before);
  });

  it('with any return_to leads to this site and nowhere else', async () => {
    const ada = await test.signedIn('Ada');
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\',
      '..',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '\0',
      '@',
      ':',
      '?',
      '#',
      'evil.test',
      'http:',
      'https:',
      'javascript:',
      '\u2028',
      '\uff0f',
    );
    const anywhere = fc.oneof(
      fc.array(piece, { maxLength: 10 }).map(parts => parts.join('')),
      fc.webUrl(),
      fc.string({ unit: 'binary', maxLength: 100 }),
    );
    await fc.assert(
      fc.asyncProperty(anywhere, async wanted => {
        const { status, location } = await ada.signIn('Ada', PASSWORD, { return_to: wanted });
        expect(status).toBe(303);
        expect(new URL(location ?? 'missing:', `${PUBLIC_URL}/login`).origin).toBe(PUBLIC_URL);
      }),
      { numRuns: 40 },
    );
  });
});
