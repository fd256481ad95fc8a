import { Controller, Get, HttpException, Module, Post } from '@nestjs/common';
import { Public } from '../src/http/access.js';
import { seconds } from '../src/kernel/durations.js';
import { Unavailable } from '../src/kernel/unavailable.js';
import { TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

@Controller('fails')
class FailingController {
  @Public()
  @Get('limited')
  limited() {
    throw new HttpException('Too Many Requests', 429);
  }
  @Public()
  @Get('broken')
  broken() {
    throw new Error('the secret inner workings of line 17');
  }
  @Public()
  @Get('strange')
  strange() {
    throw 'a text';
  }
  @Public()
  @Get('late')
  late() {
    return Promise.reject(new TypeError('the secret inner workings of line 18'));
  }
  @Public()
  @Get('busy')
  busy() {
    throw new Unavailable('the store is on fire', seconds(7.2));
  }
  @Public()
  @Post('busy')
  busyForm() {
    throw new Unavailable('the store is on fire');
  }
  @Public()
  @Get('named/:name')
  named() {
    return 'found';
  }
  @Public()
  @Post('anything')
  anything() {
    return 'taken';
  }
}

@Module({ controllers: [FailingController] })
class FailingModule {}

describe('a request that fails', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start({}, [FailingModule]);
    await test.person('ada');
  });
  afterAll(() => test.close());

  type Headers = Record<string, string | null>;
  const get = (path: string) => (headers: Headers) => test.visitor().get(path, headers);
  const post =
    (body: string, extra: Headers = {}) =>
    (headers: Headers) =>
      test.visitor().post('/fails/anything', body, { ...extra, ...headers });

  const FAILURES: readonly [
    status: number,
    how: string,
    ask: (headers: Headers) => Promise<Answer>,
    title: string,
  ][] = [
    [400, 'a form that is encoded wrongly', post('a=%zz'), 'That did not work'],
    [400, 'an address that is encoded wrongly', get('/fails/named/%zz'), 'That did not work'],
    [403, 'a form from another site', post('', { 'sec-fetch-site': 'cross-site' }), 'Not allowed'],
    [404, 'an address that nothing is at', get('/assets/../nothing'), 'Nothing here'],
    [413, 'a form that is too large', post('a'.repeat(4097)), 'Too much at once'],
    [415, 'a body that is no form', post('<x/>', { 'content-type': 'text/xml' }), 'Not a form'],
    [429, 'too many attempts', get('/fails/limited'), 'Too many attempts'],
    [500, 'an error of ours', get('/fails/broken'), 'Something went wrong here'],
    [500, 'an error that is no Error', get('/fails/strange'), 'Something went wrong here'],
    [500, 'a rejected promise', get('/fails/late'), 'Something went wrong here'],
    [503, 'a store that cannot answer', get('/fails/busy'), 'Back in a moment'],
  ];

  it.each(FAILURES)('%d is a page that says what to do next: %s', async (status, _, ask, title) => {
    const page = await ask({ accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([page.status, page.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    const [, heading, sentence] = /<h1>([^<]+)<\/h1>\s*<p>([^<]{20,})<\/p>/.exec(page.body) ?? [];
    expect(heading).toBe(title);
    expect(sentence).toMatch(/\.$/);
    expect(page.body).toMatch(/<a class="button( quiet)?" href="\/">/);
    expect(page.body).toMatch(new RegExp(`Error ${status} · request <code>[\\w-]{16}</code>`));
    expect(page.setCookies).toEqual([]);
  });

  it.each(FAILURES)('%d is problem+json for JSON clients: %s', async (status, _, ask, title) => {
    const { headers, body, ...answer } = await ask({ accept: 'application/json' });
    expect([answer.status, headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title,
      status,
      detail: expect.stringMatching(/\.$/) as string,
      requestId: expect.stringMatching(/^[\w-]{16}$/) as string,
    });
  });

  it.each(['broken', 'strange', 'late', 'busy'])('tells nothing of its inner workings: %s', async name => {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await test.visitor().get(`/fails/${name}`, { accept });
      const text = JSON.stringify([answer.headers, answer.body]);
      expect(text).not.toMatch(/inner workings|on fire|a text|at .*\.ts|node_modules|Error:/);
    }
  });

  it('can be found in the log by the name the page gives', async () => {
    const { body } = await test.visitor().get('/fails/late?token=secret', { accept: 'application/json' });
    const { requestId } = JSON.parse(body) as { requestId: string };
    const [event] = test.log.events('sys_error').filter(({ requestId: id }) => id === requestId);
    expect(event).toMatchObject({
      status: 500,
      path: '/fails/late',
      reason: 'the secret inner workings of line 18',
    });
    expect(event?.['stack']).toContain('FailingController.late');
  });

  it('tells when to come back, in whole seconds', async () => {
    expect((await test.visitor().get('/fails/busy')).headers['retry-after']).toBe('8');
    expect((await test.visitor().get('/fails/broken')).headers['retry-after']).toBeUndefined();
  });

  it('offers to try again where the server could not answer', async () => {
    const again = ({ body }: Answer) => /<a class="button" href="([^"]*)">Try again</.exec(body)?.[1];
    expect(again(await test.visitor().get('/fails/busy?a=b&c=%22'))).toBe(
      '/fails/busy?a&#x3D;b&amp;c&#x3D;%22',
    );
    const sent = (referer: string) => test.visitor().post('/fails/busy', '', { referer });
    expect(again(await sent(`${test.visitor().origin}/login?return_to=%2Fnotes`))).toBe(
      '/login?return_to&#x3D;%2Fnotes',
    );
    expect(again(await sent('https://evil.test/'))).toBeUndefined();
    expect(again(await test.visitor().get('//evil.test/../fails/busy'))).toBeUndefined();
    expect(again(await test.visitor().get('/fails/broken'))).toBeUndefined();
  });

  it('shows people who are signed in that they still are', async () => {
    const visitor = await test.signedIn();
    expect((await visitor.get('/fails/broken')).body).toContain('Sign out');
    expect((await visitor.get('/welcome')).status).toBe(200);
  });

  it.each(['TRACE', 'PROPFIND'])(
    'because of the method %s is a 405 that names those there are',
    async method => {
      const answer = await test.visitor().send(method, '/welcome');
      expect([answer.status, answer.headers.allow]).toEqual([
        405,
        'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      ]);
    },
  );

  it.each([
    '/welcome',
    '/session',
    '/notes',
    '/assets/style.css',
    '/.env',
    '/package.json',
    '/data/session-secret',
    '/data/data-key',
  ])('gives a visitor no file and no listing at %s', async path => {
    const { status, body } = await test.visitor().get(path);
    expect([303, 401, 404]).toContain(status);
    expect(body).not.toMatch(/"dependencies"|--pico|Index of/);
  });

  it('answers HEAD like GET, without a body', async () => {
    for (const path of ['/login', '/nothing', '/fails/broken']) {
      const [head, whole] = [await test.visitor().send('HEAD', path), await test.visitor().get(path)];
      expect([head.status, head.headers['content-type'], head.body]).toEqual([
        whole.status,
        whole.headers['content-type'],
        '',
      ]);
    }
  });
});

describe('content negotiation', () => {
  let test: TestApp;
  beforeAll(async () => (test = await TestApp.start()));
  afterAll(() => test.close());

  it.each([
    [null, 'html'],
    ['*/*', 'html'],
    ['text/html', 'html'],
    ['application/json', 'json'],
    ['application/problem+json, application/json', 'json'],
    ['application/json;q=0.5, text/html', 'html'],
    ['text/html;q=0.5, application/json', 'json'],
    ['application/json;q=junk', 'html'],
    ['json', 'html'],
    ['image/png', 'html'],
  ])('with Accept: %s gives %s', async (accept, kind) => {
    const { status, headers } = await test.visitor().get('/nothing', { accept });
    expect([status, headers['content-type']?.includes(kind)]).toEqual([404, true]);
  });
});
