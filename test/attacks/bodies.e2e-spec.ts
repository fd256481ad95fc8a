import { readReports } from '../../src/ops/csp-report.js';
import { ManySenders } from '../support/many-senders.js';
import { rawRequest } from '../support/raw-request.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const RIGHT = `username=Ada&password=${encodeURIComponent(PASSWORD)}`;
const FORM = 'application/x-www-form-urlencoded';

let test: TestApp;
const { send } = new ManySenders(() => test);

beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  await test.person('Ada');
});
afterEach(() => {
  expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
afterAll(() => test.close());

describe('a body of another kind', () => {
  const JSON_BODY = JSON.stringify({ username: 'Ada', password: PASSWORD });

  it.each([
    ['application/json', JSON_BODY],
    ['text/plain', RIGHT],
    ['text/plain', JSON_BODY],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nAda\r\n--x--`,
    ],
    ['application/xml', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
    ['application/x-www-form-urlencoded-x', RIGHT],
    [`${FORM}; charset=utf-16`, RIGHT],
    [`${FORM}; charset=iso-8859-1`, RIGHT],
    [`${FORM}; charset=utf-7`, RIGHT],
    [`text/html, ${FORM}`, RIGHT],
    ['', RIGHT],
    [null, RIGHT],
  ])('is refused with 415: %s', async (type, body) => {
    const answer = await send(body, { 'content-type': type });
    expect([answer.status, answer.setCookies]).toEqual([415, []]);
  });

  it.each(['gzip', 'br', 'deflate', 'identity', 'x'])(
    'is refused with 415 when it is packed: %s',
    async encoding => {
      expect((await send(RIGHT, { 'content-encoding': encoding })).status).toBe(415);
    },
  );

  it.each([`${FORM}; charset=utf-8`, `${FORM};charset="UTF-8"`, 'Application/X-WWW-Form-Urlencoded'])(
    'is a form however that is written: %s',
    async type => {
      expect((await send(RIGHT, { 'content-type': type })).status).toBe(303);
    },
  );
});

describe('a body that is broken or too large', () => {
  const BROKEN: Record<string, Buffer> = {
    'a percent sign alone': Buffer.from('username=100%&password=x'),
    'half an escape': Buffer.from('username=%4&password=x'),
    'no hexadecimal digits': Buffer.from('username=%zz&password=x'),
    'escaped bytes that are no UTF-8': Buffer.from('username=%ff%fe&password=x'),
    'an overlong slash': Buffer.from('username=%c0%af&password=x'),
    'an escaped surrogate': Buffer.from('username=%ed%a0%80&password=x'),
    'a percent-u escape': Buffer.from('username=%u0041da&password=x'),
    'raw bytes that are no UTF-8': Buffer.from([0x75, 0x3d, 0xff, 0xfe]),
    'UTF-16': Buffer.from(`\ufeff${RIGHT}`, 'utf16le'),
    'a byte order mark': Buffer.from(`\ufeff${RIGHT}`),
    'Latin-1': Buffer.from('username=Ad\xe4&password=x', 'latin1'),
  };

  it.each(Object.keys(BROKEN))('is refused with 400: %s', async name => {
    const answer = await send(BROKEN[name] ?? '');
    expect([answer.status, answer.setCookies]).toEqual([400, []]);
  });

  it.each([4097, 70_000, 1_000_000])(
    'is refused with 413, whether it says so or not: %d bytes',
    async size => {
      const body = `${RIGHT}&return_to=`.padEnd(size, 'a');
      expect((await send(body)).status).toBe(413);
      const head = `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nConnection: close\r\n`;
      const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      expect((await rawRequest(test.port, chunked)).status).toBe(413);
    },
  );

  it('may be 4096 bytes long', async () => {
    expect((await send(`${RIGHT}&return_to=`.padEnd(4096, 'a'))).status).toBe(303);
  });

  it('holds no NUL that cuts a name short or breaks the database', async () => {
    for (const username of ['Ada%00', '%00Ada', 'Ada%00eve', '%00']) {
      const answer = await send(`username=${username}&password=${encodeURIComponent(PASSWORD)}`);
      expect([username, answer.status, answer.setCookies]).toEqual([username, 422, []]);
    }
    expect((await send(`${RIGHT}%00`)).status).toBe(422);
  });

  it('of JSON is refused where it is deep, polluting or none', async () => {
    const report = (body: string) => send(body, { 'content-type': 'application/json' }, '/csp-report');
    for (const body of [
      '{',
      '"\\ud800',
      '{"__proto__":1}',
      '{"a":{"constructor":1}}',
      '[{"prototype":1}]',
      '[[1,{"a":[{"\\u005f_proto__":1}]}]]',
      'NaN',
    ])
      expect([body, (await report(body)).status]).toEqual([body, 400]);
    expect((await report('['.repeat(30_000) + ']'.repeat(30_000))).status).toBeLessThan(500);
    expect((await report(`"${'a'.repeat(65_536)}"`)).status).toBe(413);
  });

  it('of many reports is looked at as far as browsers send any, or one body would keep the server busy', () => {
    const looked = new Set<number>();
    const batch = Array.from({ length: 5000 }, (_, index) => ({
      get body() {
        looked.add(index);
        return { documentURL: `/page-${index}` };
      },
    }));
    expect(readReports(batch).map(({ page }) => page)).toEqual(
      Array.from({ length: 100 }, (_, index) => `/page-${index}`),
    );
    expect(looked.size).toBe(100);
  });
});
