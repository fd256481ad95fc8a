import { connect } from 'node:net';
import { rawRequest } from '../support/raw-request.js';
import { TestApp } from '../support/test-app.js';

const HOST = 'Host: localhost:4000\r\n';
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';

/** A second request that hides in the body of the first. */
const HIDDEN = `GET /health/live HTTP/1.1\r\n${HOST}\r\n`;

const post = (lines: string, body = '') => `POST /login HTTP/1.1\r\n${HOST}${FORM}${lines}\r\n${body}`;

const BROKEN: Record<string, string | Buffer> = {
  'a length and chunks': post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'chunks and a length': post('Transfer-Encoding: chunked\r\nContent-Length: 6\r\n', `0\r\n\r\n${HIDDEN}`),
  'two lengths': post('Content-Length: 6\r\nContent-Length: 60\r\n', `a=bcde${HIDDEN}`),
  'the same length twice': post('Content-Length: 6\r\nContent-Length: 6\r\n', `a=bcde${HIDDEN}`),
  'a list of lengths': post('Content-Length: 6, 6\r\n', `a=bcde${HIDDEN}`),
  'a length with a sign': post('Content-Length: +6\r\n', 'a=bcde'),
  'a negative length': post('Content-Length: -6\r\n', 'a=bcde'),
  'a hexadecimal length': post('Content-Length: 0x6\r\n', 'a=bcde'),
  'a length beyond all numbers': post('Content-Length: 99999999999999999999999\r\n', 'a=bcde'),
  'a space before the colon': post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'an unknown transfer coding': post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
  'two transfer codings': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'),
  'chunks that are not last': post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
  'a folded header': `GET / HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`,
  'a folded transfer coding': post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${HIDDEN}`),
  'a bare line feed after the request line': `GET / HTTP/1.1\n${HOST}\r\n`,
  'a bare line feed after a header': `GET / HTTP/1.1\r\n${HOST}X-A: b\nX-C: d\r\n\r\n`,
  'bare line feeds alone': 'GET / HTTP/1.1\nHost: localhost:4000\n\n',
  'a bare carriage return': `GET / HTTP/1.1\r\n${HOST}X-A: b\rX-C: d\r\n\r\n`,
  'a bare line feed in a chunk': post('Transfer-Encoding: chunked\r\n', '6\na=bcde\r\n0\r\n\r\n'),
  'a bare line feed in a chunk extension': post(
    'Transfer-Encoding: chunked\r\n',
    '6;a=\nb\r\na=bcde\r\n0\r\n\r\n',
  ),
  'a negative chunk': post('Transfer-Encoding: chunked\r\n', '-6\r\na=bcde\r\n0\r\n\r\n'),
  'a chunk longer than it says': post('Transfer-Encoding: chunked\r\n', '2\r\na=bcde\r\n0\r\n\r\n'),
  'a NUL in a header': `GET / HTTP/1.1\r\n${HOST}X-A: a\0b\r\n\r\n`,
  'a NUL in the address': `GET /\0 HTTP/1.1\r\n${HOST}\r\n`,
  'a space in a header name': `GET / HTTP/1.1\r\n${HOST}X A: b\r\n\r\n`,
  'a header without a name': `GET / HTTP/1.1\r\n${HOST}: b\r\n\r\n`,
  'a tab in the address': `GET /a\tb HTTP/1.1\r\n${HOST}\r\n`,
  'raw bytes in the address': Buffer.from(`GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, 'latin1'),
  'an unknown method': `FOO / HTTP/1.1\r\n${HOST}\r\n`,
  'an unknown version': `GET / HTTP/1.2\r\n${HOST}\r\n`,
  'the beginning of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'an absolute address that is none': `GET http://[::1/welcome HTTP/1.1\r\n${HOST}\r\n`,
  'two hosts': `GET / HTTP/1.1\r\n${HOST}Host: evil.test\r\n\r\n`,
  'the same host twice': `GET / HTTP/1.1\r\n${HOST}${HOST.toUpperCase()}\r\n`,
  'two hosts of an old version': `GET / HTTP/1.0\r\n${HOST}Host: evil.test\r\n\r\n`,
  'chunks of what is packed': post('Transfer-Encoding: gzip, chunked\r\n', '6\r\na=bcde\r\n0\r\n\r\n'),
  'chunks of what another line says is packed': post(
    'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n',
    '6\r\na=bcde\r\n0\r\n\r\n',
  ),
  'the beginning of TLS': Buffer.from('160301020001000 1fc0303'.replace(/\s/g, ''), 'hex'),
};

describe('a request whose end or parts two programs could read differently', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
  });
  afterAll(() => test.close());

  it.each(Object.keys(BROKEN))('is refused once, and the connection closed: %s', async name => {
    const answer = await rawRequest(test.port, BROKEN[name] ?? '');
    expect([answer.status, answer.answers, answer.closed]).toEqual([400, 1, true]);
    expect(answer.head).toContain('connection: close');
    expect(answer.head).toContain('content-type: text/plain; charset=utf-8');
    expect(answer.head).toContain(
      "content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(answer.head).toContain('strict-transport-security: max-age=63072000; includesubdomains');
    expect(answer.head).toContain('x-content-type-options: nosniff');
    expect(answer.head).toContain('cache-control: no-store');
  });

  it('is refused with its security headers when it expects what nobody can give', async () => {
    const answer = await rawRequest(test.port, `GET / HTTP/1.1\r\n${HOST}Expect: nonsense\r\n\r\n`);
    expect([answer.status, answer.closed]).toEqual([417, true]);
    expect(answer.head).toContain('x-content-type-options: nosniff');
  });

  it.each([`X-Long: ${'a'.repeat(70_000)}`, `Cookie: gatehouse=${'a'.repeat(70_000)}`])(
    'is refused when its head is too long: %.12s',
    async line => {
      const answer = await rawRequest(test.port, `GET / HTTP/1.1\r\n${HOST}${line}\r\n\r\n`);
      expect([answer.status, answer.closed]).toEqual([431, true]);
      expect(answer.head).toContain('strict-transport-security');
    },
  );

  it('is read where chunks are all that its body is cut into, however that is written', async () => {
    const sent = post('Transfer-Encoding: CHUNKED\r\nConnection: close\r\n', '6\r\na=bcde\r\n0\r\n\r\n');
    const answer = await rawRequest(test.port, sent);
    expect([answer.status, answer.head.includes('content-type: text/html')]).toEqual([400, true]);
  });

  it('does not become a tunnel or another protocol', async () => {
    const tunnel = await rawRequest(test.port, `CONNECT evil.test:443 HTTP/1.1\r\n${HOST}\r\n`);
    expect([tunnel.text, tunnel.closed]).toEqual(['', true]);
    const upgrade = `GET /health/live HTTP/1.1\r\n${HOST}Upgrade: h2c\r\nConnection: close, Upgrade\r\n\r\n`;
    expect((await rawRequest(test.port, upgrade)).status).toBe(200);
  });

  it('leaves the server as it was when its sender goes away in the middle', async () => {
    test.log.lines.length = 0;
    const half = post('Content-Length: 100\r\n', 'username=a');
    await new Promise<void>((resolve, reject) => {
      const socket = connect(test.port, '127.0.0.1', () =>
        socket.write(half, () => socket.resetAndDestroy()),
      );
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
    expect(test.log.lines.filter(({ level }) => level !== 'log')).toEqual([]);
  });

  it('reads pipelined requests one after the other, each with its own answer', async () => {
    const close = `GET /welcome HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    const answer = await rawRequest(test.port, HIDDEN + HIDDEN + close);
    expect(answer.answers).toBe(3);
    expect(answer.text.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 303']);
  });
});

describe('methods that nobody needs', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
  });
  afterAll(() => test.close());

  it.each([
    'TRACE',
    'PROPFIND',
    'PROPPATCH',
    'MKCOL',
    'COPY',
    'MOVE',
    'LOCK',
    'SEARCH',
    'PURGE',
    'LINK',
    'REPORT',
  ])('are refused on every address: %s', async method => {
    const ada = await test.signedIn('Ada');
    for (const path of ['/', '/welcome', '/session', '/assets/style.css', '/nowhere']) {
      const answer = await ada.send(method, path, undefined, { 'x-secret': 'echo me' });
      expect([path, answer.status]).toEqual([path, 405]);
      expect(answer.headers.allow).toContain('GET');
      expect(answer.body).not.toContain('echo me');
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('lead nowhere, and nothing turns a POST into one: %s', async method => {
    const ada = await test.signedIn('Ada');
    expect((await ada.send(method, '/welcome', '')).status).toBe(404);
    const disguised = { 'x-http-method-override': method, 'x-method-override': method };
    expect((await ada.get('/session', disguised)).status).toBe(200);
    expect((await ada.get(`/session?_method=${method}`)).status).toBe(200);
  });
});
