import { rmSync } from 'node:fs';
import { TestApp } from './support/test-app.js';

describe('the demo accounts', () => {
  let test: TestApp | undefined;
  const start = async (environment: Record<string, string> = {}) => (test = await TestApp.start(environment));
  afterEach(() => test?.close());

  it('let a newcomer sign in, and the start-up message and the login page say how', async () => {
    const app = await start();
    expect(app.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'log',
        message:
          'Nobody has an account yet: sign in as user1, or as the administrator admin1, with the password mypassword, ' +
          'from this machine only.',
      }),
    );
    expect(app.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'log',
        message: 'No mail leaves this machine: they are shown at http://localhost:4000/dev/mail.',
      }),
    );
    expect(app.log.lines.filter(({ level }) => level !== 'log')).toEqual([]);
    const page = await app.visitor().get('/');
    expect(page.body).toMatch(/<code>user1<\/code>.*<code>admin1<\/code>.*<code>mypassword<\/code>/);
    const roles = ['user1', 'admin1'].map(async name => {
      const visitor = app.visitor();
      expect((await visitor.signIn(name, 'mypassword')).location).toBe('/welcome');
      return (JSON.parse((await visitor.get('/session')).body) as { user: { role: string } }).user.role;
    });
    expect(await Promise.all(roles)).toEqual(['user', 'admin']);
  });

  it('are made again where one of them is missing, and no second time', async () => {
    const app = await start();
    await app.sql("DELETE FROM users WHERE username = 'admin1'");
    await app.app.close();
    const same = await TestApp.start({ DATA_DIR: app.dataDir });
    expect(await same.sql('SELECT username, role FROM users ORDER BY username')).toEqual([
      { username: 'admin1', role: 'admin' },
      { username: 'user1', role: 'user' },
    ]);
    await same.close();
    rmSync(app.dataDir, { recursive: true, force: true });
    test = undefined;
  });

  it('do not count as the last administrator', async () => {
    const app = await start();
    await app.person('root', 'admin');
    const root = await app.signedIn('root');
    expect((await root.postForm('/account/close', { username: 'root' })).status).toBe(422);
    const demo = app.visitor();
    await demo.signIn('admin1', 'mypassword');
    expect((await demo.postForm('/account/close', { username: 'admin1' })).status).toBe(303);
    expect(await app.sql('SELECT username FROM users ORDER BY username')).toEqual([
      { username: 'root' },
      { username: 'user1' },
    ]);
  });

  it.each(['user1', 'admin1'])('are no use to anybody who is not on this machine (%s)', async username => {
    const app = await start({ TRUST_PROXY: 'loopback' });
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    const fields = { username, password: 'mypassword' };
    expect((await app.visitor().get('/login', elsewhere)).body).not.toContain('mypassword');
    expect((await app.visitor().post('/login', fields, elsewhere)).status).toBe(422);
    expect(app.log.events('authn_login_fail')).toMatchObject([{ reason: 'demo', ip: '203.0.113.9' }]);
  });

  it('do not exist in production', async () => {
    const app = await start({ NODE_ENV: 'production' });
    expect((await app.visitor().get('/')).body).not.toContain('mypassword');
    for (const name of ['user1', 'admin1'])
      expect((await app.visitor().signIn(name, 'mypassword')).status).toBe(422);
    expect(await app.sql('SELECT 1 FROM users')).toEqual([]);
  });

  it('open nothing in production, even where development has left them behind', async () => {
    const app = await start();
    const demos = await app.sql('SELECT username FROM users ORDER BY username');
    await app.app.close();
    const same = await TestApp.start({ NODE_ENV: 'production', DATA_DIR: app.dataDir });
    expect(demos).toEqual([{ username: 'admin1' }, { username: 'user1' }]);
    for (const name of ['user1', 'admin1'])
      expect((await same.visitor().signIn(name, 'mypassword')).status).toBe(422);
    expect((await same.visitor().get('/setup')).status).toBe(200);
    await same.close();
    rmSync(app.dataDir, { recursive: true, force: true });
    test = undefined;
  });
});

describe('a request that somebody passes on', () => {
  let test: TestApp;
  beforeAll(async () => (test = await TestApp.start({ NODE_ENV: 'development' })));
  afterAll(() => test.close());

  const seen = async (headers: Record<string, string>) => [
    (await test.visitor().get('/login', headers)).body.includes('mypassword'),
    (await test.visitor().get('/dev/mail', headers)).status,
  ];

  it.each([
    ['Via', '1.1 proxy.example'],
    ['Forwarded', 'for=203.0.113.9'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Host', 'localhost:4000'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Server', 'proxy.example'],
    ['X-Forwarded-Prefix', ''],
    ['X-Forwarded', '203.0.113.9'],
    ['Forwarded-For', '203.0.113.9'],
    ['X-Real-IP', '127.0.0.1'],
    ['X-Client-IP', '203.0.113.9'],
    ['Client-IP', '203.0.113.9'],
    ['X-Cluster-Client-IP', '203.0.113.9'],
    ['True-Client-IP', '203.0.113.9'],
    ['CF-Connecting-IP', '203.0.113.9'],
    ['CF-Ray', '7d0a'],
    ['CDN-Loop', 'cloudflare'],
    ['Fly-Client-IP', '203.0.113.9'],
    ['Fastly-Client-IP', '203.0.113.9'],
    ['X-Envoy-External-Address', '203.0.113.9'],
    ['X-Azure-ClientIP', '203.0.113.9'],
    ['X-Appengine-User-IP', '203.0.113.9'],
    ['X-Amzn-Trace-Id', 'Root=1-67891233'],
    ['X-Original-Host', 'tunnel.example'],
    ['X-Original-URL', '/login'],
    ['X-ProxyUser-IP', '203.0.113.9'],
    ['Ngrok-Trace-Id', '1'],
    ['Tailscale-User-Login', 'eve@example.org'],
  ])('is not from this machine, whatever it says: %s', async (name, value) => {
    expect(await seen({ [name]: value })).toEqual([false, 404]);
  });

  it('cannot sign in as a demo account', async () => {
    const fields = { username: 'user1', password: 'mypassword' };
    const { status } = await test.visitor().post('/login', fields, { 'cf-connecting-ip': '203.0.113.9' });
    expect([status, test.log.events('authn_login_fail')]).toMatchObject([422, [{ reason: 'demo' }]]);
  });

  it('is another thing than what a browser sends of its own accord', async () => {
    const browser = {
      'user-agent':
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-encoding': 'gzip, deflate, br, zstd',
      'accept-language': 'en-GB,en;q=0.9',
      'cache-control': 'max-age=0',
      connection: 'keep-alive',
      cookie: 'theme=dark',
      dnt: '1',
      'if-none-match': 'x',
      pragma: 'no-cache',
      priority: 'u=0, i',
      referer: 'http://localhost:4000/login',
      'sec-ch-ua': '"Chromium";v="140"',
      'sec-ch-ua-mobile': '?0',
      'sec-ch-ua-platform': '"Linux"',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-user': '?1',
      'sec-gpc': '1',
      'sec-purpose': 'prefetch',
      'upgrade-insecure-requests': '1',
      'x-requested-with': 'XMLHttpRequest',
    };
    expect(await seen(browser)).toEqual([true, 200]);
  });
});
