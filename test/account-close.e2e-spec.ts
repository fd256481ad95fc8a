import { days, minutes } from '../src/kernel/durations.js';
import { addEvents, erased } from './support/many-events.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

describe('closing the account', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('root', 'admin');
    await test.person('ada', 'user', 'ada@example.org');
  });
  afterEach(() => test.close());

  it('deletes the person, their sessions and what tells of them', async () => {
    const other = await test.signedIn('ada');
    const ada = await test.signedIn('ada');
    const answer = await ada.postForm('/account/close', { username: 'ADA' });
    expect(answer.location).toBe('/login?done=closed');
    expect(answer.setCookies.join()).toContain('gatehouse=;');
    expect((await other.get('/welcome')).status).toBe(303);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(422);
    expect(await test.sql("SELECT 1 FROM users WHERE username = 'ada'")).toHaveLength(0);
    expect(await test.stored.sessions()).toHaveLength(0);
    await erased(test);
    const events = await test.sql<{ ip: string; user_id: string }>(
      "SELECT * FROM audit_events WHERE user_id LIKE 'closed:%'",
    );
    expect(events.length).toBeGreaterThan(3);
    expect(events.every(({ ip }) => ip === '')).toBe(true);
  });

  it('asks for the username, and keeps what was typed', async () => {
    const ada = await test.signedIn('ada');
    const answer = await ada.postForm('/account/close', { username: 'adda' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Type your username, ada, to close the account.');
    expect(answer.body).toContain('value="adda"');
    expect((await ada.get('/welcome')).status).toBe(200);
  });

  it('is not for the last administrator, and of two who go at once one stays', async () => {
    const root = await test.signedIn('root');
    const refused = await root.postForm('/account/close', { username: 'root' });
    expect([refused.status, refused.body.includes('You are the last administrator')]).toEqual([422, true]);
    await test.person('second', 'admin');
    const second = await test.signedIn('second');
    await test.sql("UPDATE users SET disabled_at = 1 WHERE username = 'second'");
    expect((await root.postForm('/account/close', { username: 'root' })).status).toBe(422);
    await test.sql("UPDATE users SET disabled_at = NULL WHERE username = 'second'");
    const close = async (visitor: Visitor, username: string) =>
      visitor.insist('/account/close', { username, _csrf: await visitor.csrf() });
    await Promise.all([close(root, 'root'), close(second, 'second')]);
    expect(await test.sql("SELECT 1 FROM users WHERE role = 'admin' AND NOT demo")).toHaveLength(1);
  });

  it('leaves the name free', async () => {
    const ada = await test.signedIn('ada');
    await ada.postForm('/account/close', { username: 'ada' });
    await test.person('ada', 'user', 'ada@example.org');
    expect((await (await test.signedIn('ada')).get('/account/activity')).body).not.toContain('closed');
  });
});

describe('my data', () => {
  it('is a file with everything about me, and no secret', async () => {
    const test = await TestApp.start();
    await test.person('ada', 'user', 'ada@example.org');
    const ada = await test.signedIn();
    const answer = await ada.get('/account/data');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="gatehouse-data.json"');
    const told = JSON.parse(answer.body);
    expect(told.account).toMatchObject({ username: 'ada', email: 'ada@example.org', role: 'user' });
    expect(told.sessions).toHaveLength(1);
    expect(told.events.map(({ event }: { event: string }) => event)).toContain('authn_login_success');
    const [session] = await test.stored.sessions();
    expect(session).toBeDefined();
    expect(answer.body).not.toMatch(/argon2|"_?csrf\\?"/);
    expect(answer.body).not.toContain(session?.idHash.slice(0, 12));
    await test.close();
  });
});

describe('my data, long after the sign-in', () => {
  let test: TestApp;
  let ada: Visitor;
  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
    ada = await test.signedIn();
    test.clock.pass(minutes(11));
  });
  afterEach(() => test.close());
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  it('asks for the password first, says what for, and leads back to the button', async () => {
    const { status, location } = await ada.get('/account/data', browser);
    expect([status, location]).toEqual([303, '/confirm?return_to=%2Faccount%3Fthen%3D%2Faccount%2Fdata']);
    expect((await ada.get(location ?? '')).body).toContain('To download your data, ');
    const back = await ada.postForm('/confirm', {
      password: PASSWORD,
      return_to: '/account?then=/account/data',
    });
    expect(back.location).toBe('/account?then=/account/data');
    const page = await ada.get('/account?then=/account/data');
    expect(page.body).toContain('You have confirmed that it’s you. Now you can download your data.');
    expect(page.body).toContain('href="/account/data"');
    expect((await ada.get('/account/data', browser)).headers['content-disposition']).toContain('attachment');
  });

  it.each<[string, Record<string, string>]>([
    ['asks for anything', { accept: '*/*' }],
    ['asks for JSON', { accept: 'application/json' }],
    ['prefers JSON', { accept: 'application/json, text/html;q=0.5' }],
    ['says nothing', {}],
  ])('is refused as JSON to a program that %s', async (_, headers) => {
    const answer = await ada.get('/account/data', headers);
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).not.toContain('"account"');
  });
});

describe('my data of very many events', () => {
  it('is all of it, in pieces, while others are served', async () => {
    const test = await TestApp.start();
    const id = await test.person('ada');
    await addEvents(test, id, 12_345);
    // Older than what the page of activity shows.
    await test.sql('UPDATE audit_events SET occurred_at = $1 WHERE id = $2', [
      test.clock.now() - days(200),
      `many-${id}-7`,
    ]);
    const ada = await test.signedIn();
    const [answer, beside] = await Promise.all([ada.get('/account/data'), ada.copy().get('/welcome')]);
    expect([answer.status, beside.status]).toEqual([200, 200]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const told = JSON.parse(answer.body) as { events: { at: string; userAgent: string }[] };
    expect(told.events.filter(({ userAgent }) => userAgent.startsWith('A bot'))).toHaveLength(12_345);
    expect(told.events.map(({ at }) => at)).toEqual(
      told.events
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(told.events.at(-1)?.userAgent).toBe('A bot, 7');
    await test.close();
  });

  it('is refused as a whole where it cannot be read', async () => {
    const test = await TestApp.start();
    await test.person('ada');
    const ada = await test.signedIn();
    await test.sql('ALTER TABLE audit_events RENAME TO events_away');
    const answer = await ada.get('/account/data');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['content-disposition']).toBeUndefined();
    await test.close();
  });
});

describe('the profile', () => {
  it('changes the name that pages show, which stands there as text', async () => {
    const test = await TestApp.start();
    await test.person('ada');
    const ada = await test.signedIn();
    expect((await ada.postForm('/account', { display_name: ' A&B<i>{{x}} ' })).location).toBe('/account');
    expect((await ada.get('/welcome')).body).toContain('Welcome, A&amp;B&lt;i&gt;{{x}}');
    for (const bad of ['', '   ', 'x'.repeat(81), 'a\nb', 'a\u202eb']) {
      const answer = await ada.postForm('/account', { display_name: bad });
      expect(answer.status).toBe(422);
      expect(answer.body).toContain('Use 1 to 80 characters');
    }
    await test.close();
  });
});
