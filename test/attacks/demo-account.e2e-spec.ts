import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestApp } from '../support/test-app.js';

const DEMO = { username: 'user1', password: 'mypassword' };
const DATA_DIR = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'));

afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }));

describe('the demo account of a development environment', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ DATA_DIR, NODE_ENV: 'development', TRUST_PROXY: 'loopback' });
  });
  afterAll(() => test.close());

  it('signs in from this machine', async () => {
    expect((await test.visitor().post('/login', DEMO)).status).toBe(303);
  });

  it.each(['198.51.100.7', '2001:db8::7', '::ffff:198.51.100.7', '127.0.0.1, 198.51.100.7'])(
    'does not sign in from %s, and is not told of there',
    async from => {
      const headers = { 'x-forwarded-for': from };
      expect((await test.visitor().post('/login', DEMO, headers)).status).toBe(401);
      expect((await test.visitor().get('/login', headers)).body).not.toContain(DEMO.password);
    },
  );
});

describe('the demo account left behind in a database that goes into production', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ DATA_DIR, NODE_ENV: 'production' });
  });
  afterAll(() => test.close());

  it('signs in from nowhere', async () => {
    const answer = await test.visitor().post('/login', DEMO);
    expect([answer.status, answer.setCookies]).toEqual([401, []]);
    expect(answer.body).not.toContain(DEMO.password);
  });
});
