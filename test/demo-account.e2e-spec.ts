import { rmSync } from 'node:fs';
import { TestApp } from './support/test-app.js';

describe('the demo account', () => {
  let test: TestApp | undefined;
  const start = async (environment: Record<string, string> = {}) => (test = await TestApp.start(environment));
  afterEach(() => test?.close());

  it('lets a newcomer sign in, and the start-up message and the login page say how', async () => {
    const app = await start();
    expect(app.log.lines.map(({ message }) => message)).toContain(
      'Nobody has an account yet: sign in as user1 with mypassword, from this machine only.',
    );
    const page = await app.visitor().get('/');
    expect(page.body).toMatch(/<code>user1<\/code> with <code>mypassword<\/code>/);
    expect((await app.visitor().signIn('user1', 'mypassword')).location).toBe('/welcome');
  });

  it('is no use to anybody who is not on this machine', async () => {
    const app = await start({ TRUST_PROXY: 'loopback' });
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    const fields = { username: 'user1', password: 'mypassword' };
    expect((await app.visitor().get('/login', elsewhere)).body).not.toContain('mypassword');
    expect((await app.visitor().post('/login', fields, elsewhere)).status).toBe(401);
    expect(app.log.events('authn_login_fail')).toMatchObject([{ reason: 'demo', ip: '203.0.113.9' }]);
  });

  it('does not exist in production', async () => {
    const app = await start({ NODE_ENV: 'production' });
    expect((await app.visitor().get('/')).body).not.toContain('mypassword');
    expect((await app.visitor().signIn('user1', 'mypassword')).status).toBe(401);
    expect(await app.sql('SELECT 1 FROM users')).toEqual([]);
  });

  it('opens nothing in production, even where development has left it behind', async () => {
    const app = await start();
    const [demo] = await app.sql('SELECT * FROM users');
    await app.app.close();
    const same = await TestApp.start({ NODE_ENV: 'production', DATA_DIR: app.dataDir });
    expect(demo).toMatchObject({ username: 'user1' });
    expect((await same.visitor().signIn('user1', 'mypassword')).status).toBe(401);
    expect((await same.visitor().get('/setup')).status).toBe(200);
    await same.close();
    rmSync(app.dataDir, { recursive: true, force: true });
    test = undefined;
  });
});
