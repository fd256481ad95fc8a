import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { AuditLog } from '../src/audit/audit-log.js';
import { FormPipe } from '../src/http/form-body.js';
import { type Route, routesIn } from '../src/http/routes.js';
import { minutes } from '../src/kernel/durations.js';
import { at, InsideApplications } from './support/inside-applications.js';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { addPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the security log', () => {
  let test: TestApp;
  let ada: Visitor;
  let id: string;
  beforeAll(async () => {
    test = await TestApp.start();
    id = await test.person('ada', 'user', MAIL);
    await test.person('ben');
    ada = await test.signedIn('ada');
  });
  beforeEach(() => (test.log.lines.length = 0));
  afterAll(() => test.close());

  const refused = (event: string, reason: string, path: string, method = 'POST') =>
    expect.objectContaining({ event, outcome: 'refused', reason, path, method });

  it.each([
    ['a field that the form has not', 'username=a&password=b&role=admin', 'fields'],
    ['a form without a field', 'username=a', 'fields'],
    ['a percent sign that begins nothing', 'username=%zz&password=b', 'encoding'],
    ['bytes that are no UTF-8', 'username=%ff&password=b', 'encoding'],
  ])('knows of %s', async (_, body, reason) => {
    expect((await test.visitor().send('POST', '/login', body, FORM)).status).toBe(400);
    expect(test.log.events()).toEqual([refused('input_validation_fail', reason, '/login')]);
  });

  it('knows of JSON that is none, or reaches into a prototype', async () => {
    const json = { 'content-type': 'application/json' };
    for (const body of ['{', '{"__proto__":{"role":"admin"}}'])
      expect((await test.visitor().send('POST', '/login', body, json)).status).toBe(400);
    expect(test.log.events()).toEqual([
      refused('input_validation_fail', 'json', '/login'),
      refused('input_validation_fail', 'json', '/login'),
    ]);
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 'welcome'])(
    'knows of a way back to %s, and who asked for it does not',
    async back => {
      const page = `/login?return_to=${encodeURIComponent(back)}`;
      expect((await test.visitor().get(page)).status).toBe(200);
      expect(test.log.events()).toEqual([refused('input_validation_fail', 'return_to', '/login', 'GET')]);
      const fields = { username: 'ben', password: PASSWORD, return_to: back };
      expect((await test.visitor().post('/login', fields)).location).toBe('/welcome');
      expect(test.log.events('input_validation_fail')).toHaveLength(2);
    },
  );

  it.each(['', '/welcome', '/login', '/account?a=b'])('has nothing against a way back to %j', async back => {
    await test.visitor().get(`/login?return_to=${encodeURIComponent(back)}`);
    await ada.get(`/confirm?return_to=${encodeURIComponent(back)}`);
    expect(test.log.events()).toEqual([]);
  });

  it('knows of a way back to another site behind the password that is asked for again', async () => {
    await ada.get('/confirm?return_to=https://evil.example');
    expect(test.log.events()).toEqual([
      expect.objectContaining({
        event: 'input_validation_fail',
        reason: 'return_to',
        path: '/confirm',
        userId: id,
      }),
    ]);
  });

  /** Each form and page that goes on to where it is told, and what else it takes. */
  const GOING_ON: Record<string, Record<string, string>> = {
    'GET /login': {},
    'POST /login': { username: 'ben', password: 'wrong' },
    'POST /user': { username: 'ben', password: 'wrong' },
    'POST /login/passkey': { credential: '{}' },
    'GET /confirm': {},
    'POST /confirm': { password: 'wrong' },
    'GET /account/security': {},
    'GET /account/security/authenticator': {},
    'POST /account/security/authenticator': { pending: '', code: '' },
    'GET /account/security/passkeys/add': {},
    'POST /account/security/passkeys/add': { credential: '{}' },
    'GET /account/security/recovery-codes': {},
    'POST /account/security/recovery-codes': { pending: '' },
    'POST /account/security/recovery-codes/download': { pending: '' },
  };
  const takesReturnTo = ({ controller, name }: Route): boolean => {
    const parameters = Object.values(
      (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
        string,
        { data?: unknown; pipes: unknown[] }
      >,
    );
    const fields = parameters.flatMap(({ pipes }) =>
      pipes.flatMap(pipe => (pipe instanceof FormPipe ? Object.keys(shapeOf(pipe)) : [])),
    );
    return [...fields, ...parameters.map(({ data }) => data)].includes('return_to');
  };
  const shapeOf = (pipe: object) => (Reflect.get(pipe, 'schema') as { shape?: object }).shape ?? {};

  it('is tried with every route that takes a way back', () => {
    const routes = routesIn(test.get(ModulesContainer)).filter(takesReturnTo);
    const found = routes.map(({ method, parts }) => `${method} /${parts.join('/')}`);
    // The sign-in page takes its query as a whole.
    expect([...found, 'GET /login'].sort()).toEqual(Object.keys(GOING_ON).sort());
  });

  it.each(Object.entries(GOING_ON))('knows of a way back to another site at %s', async (route, fields) => {
    const [method = '', path = ''] = route.split(' ');
    const back = { return_to: 'https://evil.example/' };
    const isForVisitors = path.startsWith('/login') || path === '/user';
    const visitor = isForVisitors ? test.visitor() : await test.signedIn('ada');
    const send = (more: Record<string, string>) =>
      method === 'GET'
        ? visitor.get(`${path}?${new URLSearchParams(more).toString()}`)
        : visitor[isForVisitors ? 'post' : 'postForm'](path, { ...fields, ...more });
    test.log.lines.length = 0;
    await send({ return_to: '/welcome' });
    expect(test.log.events('input_validation_fail')).toEqual([]);
    await send(back);
    expect(test.log.events('input_validation_fail')).toEqual([
      refused('input_validation_fail', 'return_to', path, method),
    ]);
  });

  it('knows of it in the form of somebody who was signed out', async () => {
    const fields = { _csrf: 'A'.repeat(43), return_to: 'https://evil.example/' };
    await test.visitor().post('/account/security/authenticator', fields);
    expect(test.log.events('input_validation_fail')).toEqual([
      refused('input_validation_fail', 'return_to', '/account/security/authenticator'),
    ]);
  });

  it('knows of links that open nothing, and not of those that do', async () => {
    await test.visitor().post('/forgot', { email: MAIL });
    const { link } = await mailTo(test, MAIL, /password/i);
    test.log.lines.length = 0;
    const visitor = await opened(test, link);
    expect((await visitor.get('/reset')).status).toBe(200);
    expect(test.log.events()).toEqual([]);
    test.clock.pass(minutes(30));
    expect((await visitor.get('/reset')).status).toBe(410);
    expect((await visitor.post('/reset', { password: 'seven loud geese depart' })).status).toBe(410);
    expect((await test.visitor().get('/reset?link=AAAAAAAAAAAAAAAA')).status).toBe(410);
    expect(test.log.events()).toEqual([
      refused('authn_link_fail', 'over', '/reset', 'GET'),
      refused('authn_link_fail', 'over', '/reset'),
      refused('authn_link_fail', 'unknown', '/reset', 'GET'),
    ]);
    expect(JSON.stringify(test.log.events())).not.toContain(link.split('token=')[1]);
  });

  it('knows of mails that were asked for too often, by a page and as JSON', async () => {
    for (let turn = 0; turn < 3; turn++)
      await test.visitor().post('/forgot', { email: 'nobody@example.org' });
    test.log.lines.length = 0;
    const json = { accept: 'application/json' };
    for (const headers of [{}, json]) {
      const answer = await test.visitor().post('/forgot', { email: 'nobody@example.org' }, headers);
      expect(answer.status).toBe(429);
    }
    const told = refused('excess_rate_limit_exceeded', 'mails', '/forgot');
    expect(test.log.events()).toEqual([told, told]);
  });

  it('tells a wrong password of somebody who is in from a sign-in', async () => {
    await ada.postForm('/confirm', { password: 'wrong' });
    await test.visitor().signIn('ada', 'wrong');
    expect(test.log.events('authn_login_fail')).toEqual([
      expect.objectContaining({ userId: id, reason: 'password', purpose: 'confirm' }),
      expect.not.objectContaining({ purpose: 'confirm' }),
    ]);
  });

  it('knows who wanted to end a session that is not theirs', async () => {
    const recent = await test.signedIn('ada');
    await test.signedIn('ben');
    const [foreign] = (await test.stored.sessions()).filter(({ userId }) => userId !== id);
    test.log.lines.length = 0;
    const path = `/account/devices/${foreign?.publicId}/end`;
    expect((await recent.postForm(path)).status).toBe(404);
    expect(test.log.events()).toEqual([
      expect.objectContaining({
        event: 'authz_fail',
        reason: 'session',
        outcome: 'refused',
        userId: id,
        path,
      }),
    ]);
  });

  /** Each address that names something of somebody: what the log calls it, and how it is asked for. */
  const NAMING: Record<string, { what: string; fields?: Record<string, string> }> = {
    'POST /account/apps/end': { what: 'application-session' },
    'POST /account/apps/sign-ins/:publicid/end': { what: 'session' },
    'POST /account/apps/tokens/:id/end': { what: 'token' },
    'POST /account/devices/:publicid/end': { what: 'session' },
    'GET /account/security/passkeys/:id': { what: 'passkey' },
    'GET /account/security/passkeys/:id/options': { what: 'passkey' },
    'POST /account/security/passkeys/:id/readmit': { what: 'passkey', fields: { passkey: '{}' } },
    'POST /account/security/passkeys/:id/remove': { what: 'passkey' },
    'POST /account/security/passkeys/:id/rename': { what: 'passkey', fields: { name: 'mine' } },
    'POST /account/tokens/:id/end': { what: 'token' },
  };

  it('is tried with every address that names something of somebody', () => {
    const named = routesIn(test.get(ModulesContainer))
      .filter(({ parts }) => parts[0] === 'account' && parts.some(part => part.startsWith(':')))
      .map(({ method, parts }) => `${method} /${parts.join('/')}`);
    expect([...named, 'POST /account/apps/end'].sort()).toEqual(Object.keys(NAMING).sort());
  });

  it('knows who reached for what is somebody else’s, and it stays', async () => {
    const benId = String((await test.sql("SELECT id FROM users WHERE username = 'ben'"))[0]?.['id']);
    const inside = new InsideApplications(test);
    await inside.add('wiki', { everybody: true, includingRegistered: true });
    const ben = await test.signedIn('ben');
    await addPasskey(ben, new SoftwareAuthenticator());
    const signIn = await inside.signInOf(benId);
    await inside.enter(benId, 'wiki');
    await inside.token(benId, 'wiki');
    const idIn = async (table: string) =>
      String((await test.sql(`SELECT id FROM ${table} WHERE user_id = $1`, [benId]))[0]?.['id']);
    const [token, passkey] = [await idIn('access_tokens'), await idIn('passkeys')];
    const ids = { session: signIn, 'application-session': signIn, token, passkey };
    const recent = await test.signedIn('ada');
    for (const [route, { what, fields = {} }] of Object.entries(NAMING)) {
      const [method = '', pattern = ''] = route.split(' ');
      const path = pattern.replace(/:\w+/, ids[what as keyof typeof ids]);
      test.log.lines.length = 0;
      const named = path === pattern ? { sign_in: signIn, origin: at('wiki') } : fields;
      const answer = method === 'GET' ? await recent.get(path) : await recent.postForm(path, named);
      expect([route, answer.status]).toEqual([route, 404]);
      expect(test.log.events()).toEqual([
        expect.objectContaining({ event: 'authz_fail', outcome: 'refused', reason: what, userId: id, path }),
      ]);
    }
    expect((await ben.get('/welcome')).status).toBe(200);
    for (const table of ['access_tokens', 'passkeys'])
      expect(await test.sql(`SELECT 1 FROM ${table} WHERE user_id = $1`, [benId])).toHaveLength(1);
    expect(await test.sql('SELECT 1 FROM application_sessions')).toHaveLength(1);
  });

  it('knows who took their data away, and so does their own page', async () => {
    const recent = await test.signedIn('ada');
    test.log.lines.length = 0;
    expect((await recent.get('/account/data')).status).toBe(200);
    expect(test.log.events()).toEqual([
      expect.objectContaining({ event: 'sensitive_read', outcome: 'success', what: 'own-data', userId: id }),
    ]);
    await test.get(AuditLog).settled();
    expect((await recent.get('/account/activity')).body).toContain('All data of the account was downloaded');
  });
});

describe('the security log of a server that nobody has an account at', () => {
  it('knows of wrong set-up codes, and of too many', async () => {
    const test = await TestApp.start({ NODE_ENV: 'production' });
    const fields = { code: 'wrong', username: 'ada', password: PASSWORD };
    test.log.lines.length = 0;
    for (let turn = 0; turn < 10; turn++)
      expect((await test.visitor().post('/setup', fields)).status).toBe(422);
    expect((await test.visitor().post('/setup', fields)).status).toBe(429);
    const told = (event: string, reason: string) =>
      expect.objectContaining({ event, reason, outcome: 'refused', path: '/setup', userId: null });
    expect(test.log.events()).toEqual([
      ...Array.from({ length: 10 }, () => told('authn_setup_fail', 'code')),
      told('excess_rate_limit_exceeded', 'setup-codes'),
    ]);
    expect(JSON.stringify(test.log.events())).not.toContain('wrong');
    await test.close();
  });
});
