import { DataSource } from 'typeorm';
import { User } from '../../src/users/user.entity.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const NAMES = [
  '<svg onload=alert(1)>',
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '{{constructor}}',
  '{{{this}}}',
  '{{> layouts/page}}',
  '{{lookup this "constructor"}}',
  '${7*7}<%= 7*7 %>#{7*7}',
  '%s%o%n%d',
  '</textarea></title><b>',
  '&lt;b&gt;',
  'A&B<i>',
  'javascript:alert(1)',
  '<!--',
  ']]>',
  '\u202eevil',
];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
};

/** As HTML prints it: each character escaped once. */
const escaped = (text: string) => text.replaceAll(/[&<>"'`=]/g, sign => ENTITIES[sign] ?? sign);

describe('what people write', () => {
  let test: TestApp;
  let id: string;

  beforeAll(async () => {
    test = await TestApp.start({ APP_NAME: '<b>{{secret}}</b> "& Sons"', TRUST_PROXY: 'loopback' });
    id = await test.person('Ada', 'user', 'ada@example.org');
  });
  afterAll(() => test.close());

  it.each(NAMES)('stands on the pages letter by letter, whatever it is: %s', async displayName => {
    await test.get(DataSource).manager.update(User, { id }, { displayName });
    const ada = await test.signedIn('Ada');
    for (const path of ['/welcome', '/account']) {
      const { body } = await ada.get(path);
      expect([path, body.includes(escaped(displayName))]).toEqual([path, true]);
      if (/[<>]/.test(displayName)) expect(body).not.toContain(displayName);
    }
    const asked = await ada.get('/logout', { 'sec-fetch-site': 'cross-site' });
    expect(asked.body).toContain(escaped(displayName));
    expect(JSON.parse((await ada.get('/session')).body).user.displayName).toBe(displayName);
    const rows = await test.sql<{ display_name: string }>('SELECT display_name FROM users WHERE id = $1', [
      id,
    ]);
    expect(rows[0]?.display_name).toBe(displayName);
  });

  it.each(NAMES)('comes back in the login form letter by letter: %s', async username => {
    const fields = { username, password: 'x' };
    const from = { 'x-forwarded-for': `2001:db8:${NAMES.indexOf(username) + 1}::1` };
    const { status, body } = await test.visitor().post('/login', fields, from);
    expect(status).toBe(422);
    expect(body).toContain(`value="${escaped(username)}"`);
  });

  it('has no raw HTML even where the operator writes it', async () => {
    const { body } = await test.visitor().get('/');
    expect(body).toContain('&lt;b&gt;{{secret}}&lt;/b&gt; &quot;&amp; Sons&quot;');
    expect(body).not.toContain('<b>{{');
  });

  it('is never part of an inline script, of a style or of a handler', async () => {
    const ada = await test.signedIn('Ada');
    for (const path of [
      '/welcome',
      '/account',
      '/account/devices',
      '/account/activity',
      '/logout?',
      '/nowhere',
    ]) {
      const { body } = await ada.get(path, { 'sec-fetch-site': 'cross-site' });
      expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|style=|javascript:/i);
    }
  });

  it('in a User-Agent is kept short, without control characters, and printed letter by letter', async () => {
    const agent = `<svg/onload=1>{{x}}%s\t\t${'a'.repeat(10_000)}`;
    const ada = test.visitor();
    await ada.post('/login', { username: 'Ada', password: PASSWORD }, { 'user-agent': agent });
    const agents = (await test.stored.sessions()).filter(({ userId }) => userId === id);
    const [row = { userAgent: '' }] = agents.filter(({ userAgent }) => userAgent.startsWith('<svg'));
    expect(row.userAgent.length).toBeLessThanOrEqual(512);
    expect(row.userAgent).toMatch(/^<svg\/onload=1>\{\{x\}\}%s {2}a+$/);
    for (const path of ['/account/devices', '/account/activity', '/welcome'])
      expect((await ada.get(path)).body).not.toContain('<svg/');
    const [event] = test.log
      .events('authn_login_success')
      .filter(({ userAgent }) => userAgent === row.userAgent);
    expect(event).toBeDefined();
  });

  const SQL = [
    "' OR 1=1--",
    "Ada'--",
    "Ada' OR 'a'='a",
    'Ada"; DROP TABLE users;--',
    "' UNION SELECT * FROM users--",
    'Ada%',
    '_da',
    'A*',
    '\\',
    '$1',
    ':id',
    '?',
  ];

  it.each(SQL)('is never part of a statement: %s', async text => {
    const from = { 'x-forwarded-for': `2001:db8:${SQL.indexOf(text) + 100}::1` };
    for (const fields of [
      { username: text, password: PASSWORD },
      { username: 'Ada', password: text },
    ]) {
      const { status, setCookies } = await test.visitor().post('/login', fields, from);
      expect([status, setCookies]).toEqual([422, []]);
    }
    const ada = await test.signedIn('Ada');
    const there = `/account/devices/${encodeURIComponent(text)}/end`;
    expect((await ada.postForm(there)).status).toBe(404);
    expect((await ada.get(`/account/activity?page=${encodeURIComponent(text)}`)).status).toBe(200);
  });

  it('of any length keeps no expression busy', async () => {
    const evil = [
      `${'a'.repeat(2000)}@${'a.'.repeat(600)}`,
      'a@'.repeat(900),
      `${'.'.repeat(3000)}@x`,
      ' '.repeat(3500),
    ];
    for (const username of evil) {
      const from = { 'x-forwarded-for': `2001:db8:${evil.indexOf(username) + 200}::1` };
      const before = process.cpuUsage();
      const { status } = await test.visitor().post('/login', { username, password: 'x' }, from);
      expect(status).toBe(422);
      // Of a processor, in microseconds: what else the machine does takes none of ours.
      expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    }
  });
});
