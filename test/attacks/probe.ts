import { connect } from 'node:net';
import { DataSource } from 'typeorm';
import { PASSWORD, TestApp } from '../support/test-app.js';

const raw = (port: number, text: string | Buffer): Promise<string> => new Promise(resolve => {
  const s = connect(port, '127.0.0.1'); let got = '';
  s.setTimeout(1500, () => { s.destroy(); resolve(got + '\n<<TIMEOUT'); });
  s.on('data', d => (got += d.toString('latin1'))); s.on('end', () => resolve(got + '\n<<END')); s.on('error', e => resolve(got + '<<' + e.message));
  s.write(text);
});
const head = (t: string) => t.split('\r\n\r\n')[0]!.split('\r\n')[0] + ' | sts=' + /strict-transport/i.test(t) + ' close=' + /connection: close/i.test(t) + ' ' + t.slice(-12).replace(/\s/g, ' ') + ' n=' + (t.match(/HTTP\/1\.1 /g) ?? []).length;

it('probes', async () => {
  const test = await TestApp.start();
  await test.person('Ada');
  const p = test.port;
  const say = (...x: unknown[]) => process.stdout.write(x.map(String).join(' ') + '\n');
  const H = 'Host: localhost:4000\r\n';
  const cases: Record<string, string | Buffer> = {
    nohost: 'GET / HTTP/1.1\r\n\r\n',
    twohost: 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    expect: `GET / HTTP/1.1\r\n${H}Expect: nonsense\r\nConnection: close\r\n\r\n`,
    connect: `CONNECT evil:443 HTTP/1.1\r\n${H}\r\n`,
    upgrade: `GET / HTTP/1.1\r\n${H}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    clte: `POST /login HTTP/1.1\r\n${H}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
    twocl: `POST /login HTTP/1.1\r\n${H}Content-Length: 6\r\nContent-Length: 7\r\n\r\nabcdefg`,
    samecl: `POST /login HTTP/1.1\r\n${H}Content-Length: 6\r\nContent-Length: 6\r\n\r\nabcdef`,
    clcomma: `POST /login HTTP/1.1\r\n${H}Content-Length: 6, 6\r\n\r\nabcdef`,
    clplus: `POST /login HTTP/1.1\r\n${H}Content-Length: +6\r\n\r\nabcdef`,
    obsfold: `GET / HTTP/1.1\r\n${H}X-A: b\r\n c\r\n\r\n`,
    barelf: `GET / HTTP/1.1\n${H}\r\n`,
    barelf2: `GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n`,
    barelf3: `GET / HTTP/1.1\nHost: a\n\n`,
    barecr: `GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n`,
    tespace: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    texchunked: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    teidentity: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    te2: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    chunkedbadlf: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`,
    chunkneg: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n`,
    chunkext: `POST /login HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5;a=\nb\r\nhello\r\n0\r\n\r\n`,
    nul: `GET / HTTP/1.1\r\n${H}X-A: a\0b\r\n\r\n`,
    nulpath: `GET /\0 HTTP/1.1\r\n${H}\r\n`,
    trace: `TRACE / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    propfind: `PROPFIND / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    foo: `FOO / HTTP/1.1\r\n${H}\r\n`,
    pri: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    http09: 'GET /\r\n\r\n',
    http10: 'GET / HTTP/1.0\r\n\r\n',
    http12: `GET / HTTP/1.2\r\n${H}Connection: close\r\n\r\n`,
    abs: `GET http://evil.test/welcome HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs2: `GET http://[::1/ HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs3: `GET http://a:999999/welcome HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs4: `GET http://a^b/welcome HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs5: `GET http:///welcome HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs6: `GET javascript:alert(1) HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    abs7: `GET http://xn--iñvalid.com/ HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    hash: `GET /#[ HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    dbl: `GET //[::1/welcome HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    star: `GET * HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    optstar: `OPTIONS * HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    tabhash: `GET /a\tb HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    nbsp: Buffer.from(`GET /\xa0 HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, 'latin1'),
    pct: `GET /% HTTP/1.1\r\n${H}Connection: close\r\n\r\n`,
    bighead: `GET / HTTP/1.1\r\n${H}X: ${'a'.repeat(17000)}\r\n\r\n`,
    longurl: `GET /${'a'.repeat(17000)} HTTP/1.1\r\n${H}\r\n\r\n`,
    manyheaders: `GET / HTTP/1.1\r\n${H}${'a:b\r\n'.repeat(2500)}Connection: close\r\n\r\n`,
  };
  for (const [n, t] of Object.entries(cases)) { test.log.lines.length = 0; const r = await raw(p, t); const loc = /^location: .*/im.exec(r)?.[0] ?? ''; say(n.padEnd(12), head(r), loc, test.log.lines.filter(l => l.level === 'error').map(l => JSON.stringify(l.message).slice(0, 150))); }
  // password from the query
  const v = test.visitor();
  say('query pw', (await v.post(`/login?password=${encodeURIComponent(PASSWORD)}`, { username: 'Ada', password: '' })).status);
  say('ret', (await test.visitor().signIn('Ada', PASSWORD, { return_to: '/logout/' })).location, (await test.visitor().signIn('Ada', PASSWORD, { return_to: '/LOGOUT' })).location);
  const long = await test.visitor().signIn('Ada', PASSWORD, { return_to: '/' + '中'.repeat(300) });
  say('long', long.status, long.location?.length);
  const raw3 = await test.visitor().post('/login', `username=Ada&password=${encodeURIComponent(PASSWORD)}&return_to=/${'中'.repeat(1000)}`);
  say('long3', raw3.status, raw3.location?.length);
  say('long2', (await test.visitor().get('/welcome?' + '%'.repeat(1000))).location?.length);
  const s = await test.signedIn('Ada');
  say('csp', (await s.send('POST', '/csp-report', '{}', { 'content-type': 'application/csp-report', 'sec-fetch-site': 'same-origin' })).status);
  for (const path of ['/welcome/', '/WELCOME', '/welcome/x.css', '/welcome;x.js', '/welcome%2fx.css', '/welcome.css', '/%77elcome', '/health/../welcome', '/health/live', '//welcome', '/./welcome']) say(path, (await s.get(path)).status);
  // overtaken
  const t2 = test.signedIn('Ada').catch(e => e);
  await t2;
  await test.close();
});
