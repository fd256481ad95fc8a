import { hours, minutes } from '../src/kernel/durations.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const fields = (username = 'ada', email = 'ada@example.org', password = PASSWORD) => ({
  username,
  email,
  password,
  password_again: password,
});

describe('registration', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
  });
  afterEach(() => test.close());

  const follow = (visitor: Visitor, link: string) => opened(test, link, visitor);

  it('leads from the form through the mail to an account, and in', async () => {
    const ada = test.visitor();
    const answer = await ada.post('/register', fields());
    expect([answer.status, answer.location]).toEqual([303, '/verify/sent']);
    expect((await ada.get('/verify/sent')).body).toContain(
      'We sent a link to <strong>ada@example.org</strong>.',
    );
    expect((await ada.signIn('ada', PASSWORD)).status).toBe(422);
    await follow(ada, (await mailTo(test, 'ada@example.org', /Confirm your address/)).link);
    const page = await ada.get('/verify');
    expect(page.body).toContain('ada@example.org');
    expect(page.body).not.toContain('name="password"');
    expect((await ada.post('/verify')).location).toBe('/welcome');
    expect((await ada.get('/welcome')).status).toBe(200);
    expect((await test.visitor().signIn('ADA@example.org', PASSWORD)).location).toBe('/welcome');
  });

  it('keeps nothing of an account before the link is used, and no token in any address afterwards', async () => {
    const ada = test.visitor();
    await ada.post('/register', fields());
    const { link } = await mailTo(test, 'ada@example.org', /Confirm/);
    expect(await test.sql("SELECT 1 FROM users WHERE username = 'ada'")).toHaveLength(0);
    for (let i = 0; i < 2; i++) await ada.send('HEAD', link);
    await follow(ada, link);
    await follow(ada, link);
    expect(await test.sql("SELECT 1 FROM users WHERE username = 'ada'")).toHaveLength(0);
    const token = link.split('token=')[1]!;
    const rows = JSON.stringify(await test.sql('SELECT * FROM one_time_tokens'));
    expect(rows).not.toContain(token);
    expect(JSON.stringify(await test.sql('SELECT * FROM mails'))).not.toContain(token);
    expect(JSON.stringify(test.log.lines)).not.toContain(token);
    expect((await ada.post('/verify')).location).toBe('/welcome');
  });

  it('answers for a known address as for an unknown one, and tells its owner by mail', async () => {
    await test.person('owner', 'user', 'known@example.org');
    const [known, unknown] = [test.visitor(), test.visitor()];
    const a = await known.post('/register', fields('newone', 'Known@Example.org'));
    const b = await unknown.post('/register', fields('newtwo', 'unknown@example.org'));
    expect([a.status, a.location, a.body]).toEqual([b.status, b.location, b.body]);
    expect(Object.keys(a.headers).sort()).toEqual(Object.keys(b.headers).sort());
    expect((await mailTo(test, 'known@example.org', /already have an account at Gatehouse/)).text).toContain(
      'owner',
    );
    const third = await test.visitor().post('/register', fields('newone', 'third@example.org'));
    expect(third.location).toBe('/verify/sent');
  });

  it('lets nobody in who registered with an address that is not theirs', async () => {
    const eve = test.visitor();
    await eve.post('/register', fields('victim', 'victim@example.org', 'a password eve knows'));
    const victim = test.visitor();
    await follow(victim, (await mailTo(test, 'victim@example.org', /Confirm/)).link);
    expect((await victim.get('/verify')).body).toContain('choose your password here');
    expect((await victim.post('/verify')).status).toBe(422);
    const own = { username: 'victim', password: PASSWORD, password_again: PASSWORD };
    expect((await victim.post('/verify', own)).location).toBe('/welcome');
    expect((await eve.signIn('victim', 'a password eve knows')).status).toBe(422);
    expect((await victim.signIn('victim', PASSWORD)).status).toBe(303);
  });

  it('lets one of twenty parallel confirmations win', async () => {
    const ada = test.visitor();
    await ada.post('/register', fields());
    await follow(ada, (await mailTo(test, 'ada@example.org', /Confirm/)).link);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.copy().insist('/verify')));
    expect(answers.filter(({ location }) => location === '/welcome')).toHaveLength(1);
    expect(await test.sql("SELECT 1 FROM users WHERE username = 'ada'")).toHaveLength(1);
  });

  it('refuses a link after a day, after use, and once a newer one was sent', async () => {
    const ada = test.visitor();
    await ada.post('/register', fields());
    const first = await mailTo(test, 'ada@example.org', /Confirm/);
    expect((await ada.post('/verify/again', { email: 'ada@example.org' })).location).toBe('/verify/sent');
    await follow(ada, first.link);
    expect((await ada.get('/verify')).status).toBe(410);
    const second = (await mailsOf(test)).find(mail => mail.link !== first.link)!;
    await follow(ada, second.link);
    test.clock.pass(hours(24));
    expect((await ada.post('/verify')).status).toBe(410);
  });

  it('sends the mail again for the one who waits, and to nobody else', async () => {
    await test.person('owner', 'user', 'known@example.org');
    const answers = [];
    for (const email of ['known@example.org', 'nobody@example.org']) {
      answers.push(await test.visitor().post('/verify/again', { email }));
    }
    expect(answers[0]!.location).toBe(answers[1]!.location);
    expect(await mailsOf(test)).toHaveLength(0);
  });

  it.each([
    ['a name that is taken', { ...fields('OWNER') }, 'That username is taken'],
    ['a name that looks like one', { ...fields('ｏｗｎｅｒ') }, 'That username is taken'],
    ['a short password', fields('ada', 'ada@example.org', 'short'), 'That is too short.'],
    [
      'two passwords that differ',
      { ...fields(), password_again: 'other' },
      'The two passwords do not match.',
    ],
    ['no address', fields('ada', 'not an address'), 'Check this address'],
    ['a header in the address', fields('ada', 'a@example.org\r\nBcc: b@example.org'), 'Check this address'],
  ])('refuses %s, keeps what was typed, and sends nothing', async (_what, sent, words) => {
    await test.person('owner', 'user', 'known@example.org');
    const answer = await test.visitor().post('/register', sent);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain(words);
    expect(answer.body).not.toContain(sent.password === 'short' ? 'value="short"' : sent.password);
    expect(answer.body).toContain(`value="${sent.username}"`);
    expect(await mailsOf(test)).toHaveLength(0);
  });

  it('sends three mails to an address at once, whether it is known or not', async () => {
    await test.person('owner', 'user', 'known@example.org');
    for (const email of ['known@example.org', 'new@example.org']) {
      const statuses = [];
      for (let i = 0; i < 4; i++)
        statuses.push((await test.visitor().post('/register', fields(`n${i}`, email))).status);
      expect(statuses).toEqual([303, 303, 303, 429]);
    }
  });

  it('tells of no more than twenty names at once from one network address, free or taken', async () => {
    await test.person('owner', 'user', 'known@example.org');
    const ask = (username: string) => test.visitor().post('/register', fields(username, 'no address'));
    for (let turn = 0; turn < 20; turn++) expect((await ask(turn % 2 ? 'owner' : 'free')).status).toBe(422);
    for (const username of ['owner', 'free']) {
      const over = await ask(username);
      expect([over.status, over.headers['retry-after']]).toEqual([429, '60']);
      expect(over.body).toContain('Too many usernames have been tried. Try again in 1 minute.');
      expect(over.body).not.toContain('taken');
      expect(over.body).toContain(`value="${username}"`);
    }
    test.clock.pass(minutes(1));
    expect((await ask('owner')).body).toContain('That username is taken');
  });

  it('tells whoever has a link of no more than twenty names at once', async () => {
    await test.person('owner', 'user', 'known@example.org');
    const ada = test.visitor();
    await ada.post('/register', fields());
    await follow(ada, (await mailTo(test, 'ada@example.org', /Confirm/)).link);
    const confirmAs = (username: string) => ada.post('/verify', { username });
    for (let turn = 0; turn < 20; turn++)
      expect((await confirmAs('owner')).body).toContain('That username has been taken in the meantime');
    const over = await confirmAs('owner');
    expect([over.status, over.headers['retry-after']]).toEqual([429, '60']);
    expect(over.body).toContain('Too many usernames have been tried.');
    test.clock.pass(minutes(1));
    expect((await confirmAs('adalove')).location).toBe('/welcome');
  });
});

describe('registration by invitation', () => {
  it('has no form that everybody can use', async () => {
    const test = await TestApp.start({ REGISTRATION: 'invite' });
    expect((await test.visitor().get('/register')).status).toBe(403);
    expect((await test.visitor().post('/register', fields())).status).toBe(403);
    expect((await test.visitor().get('/login')).body).not.toContain('/register');
    await test.close();
  });

  it('is not there at all when it is closed', async () => {
    const test = await TestApp.start({ REGISTRATION: 'closed' });
    expect((await test.visitor().get('/register')).status).toBe(404);
    await test.close();
  });
});

describe('a registration that waits where nobody may register any more', () => {
  /** Somebody has registered while everybody could; the server starts again afterwards. */
  const later = async (REGISTRATION: string) => {
    const before = await TestApp.start();
    const ada = before.visitor();
    await ada.post('/register', fields());
    const { link } = await mailTo(before, 'ada@example.org', /Confirm/);
    await before.app.close();
    const test = await TestApp.start({ DATA_DIR: before.dataDir, REGISTRATION });
    const back = test.visitor();
    for (const [name, value] of ada.cookies) back.cookies.set(name, value);
    return { test, before, ada: await opened(test, link, back) };
  };
  const accounts = (test: TestApp) => test.sql("SELECT 1 FROM users WHERE username = 'ada'");

  it.each([
    ['closed', 404],
    ['invite', 403],
  ])(
    'makes no account where it is %s, and no new link: it waits until it is open again',
    async (closed, status) => {
      const { test, before, ada } = await later(closed);
      const links = () =>
        test.sql("SELECT digest FROM one_time_tokens WHERE subject = 'ada@example.org' AND used_at IS NULL");
      const sent = await links();
      for (const answer of [await ada.get('/verify'), await ada.post('/verify')])
        expect(answer.status).toBe(status);
      const again = await test.visitor().post('/verify/again', { email: 'ada@example.org' });
      expect([again.status, again.location]).toEqual([303, '/verify/sent']);
      expect(await links()).toEqual(sent);
      expect(await accounts(test)).toEqual([]);
      await test.app.close();
      const open = await TestApp.start({ DATA_DIR: before.dataDir });
      const back = open.visitor();
      for (const [name, value] of ada.cookies) back.cookies.set(name, value);
      back.links.set('/verify', ada.links.get('/verify') ?? '');
      expect((await back.post('/verify')).location).toBe('/welcome');
      expect(await accounts(open)).toHaveLength(1);
      for (const one of [open, test, before]) await one.close();
    },
  );

  it('keeps nobody with an account from confirming an address', async () => {
    const { test, before } = await later('closed');
    await test.typedPerson('bea', 'user', 'bea@example.org');
    await (await test.signedIn('bea')).postForm('/account/email/confirm');
    const bea = await opened(test, (await mailTo(test, 'bea@example.org', /Confirm/)).link);
    expect((await bea.post('/verify')).location).toBe('/login?done=verified');
    for (const one of [test, before]) await one.close();
  });
});

describe('the page after registering', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('owner', 'user', 'known@example.org');
  });
  afterAll(() => test.close());

  it('names the address, sends the link again, and leads to another address', async () => {
    const ada = test.visitor();
    await ada.post('/register', fields());
    const tab = await Tab.open(ada, '/verify/sent');
    expect(tab.page.body).toContain('href="/register">Use another address<');
    const again = await tab.go();
    expect(again.address).toBe('/verify/sent');
    expect(again.page.body).toContain('If <strong>ada@example.org</strong> is still waiting to be confirmed');
    expect(await mailsOf(test)).toHaveLength(2);
  });

  it('is the same for an address that has an account', async () => {
    const pages = [];
    for (const email of ['known@example.org', 'fresh@example.org']) {
      const visitor = test.visitor();
      await visitor.post('/register', fields(`n${email}`.replace(/@.*/, ''), email));
      const { body } = await visitor.get('/verify/sent');
      pages.push(body.replaceAll(email, 'x').replaceAll(/nonce="[^"]*"|"_csrf" value="[^"]*"/g, ''));
    }
    expect(pages[0]).toBe(pages[1]);
  });

  it('tells nothing in an address or a readable cookie, and nobody after half an hour or in another browser', async () => {
    const ada = test.visitor();
    // Longer than what stands in a sealed text by chance.
    const answer = await ada.post('/register', fields('ada-lovelace-2', 'ada-lovelace-2@example.org'));
    expect(JSON.stringify([answer.location, answer.setCookies])).not.toContain('ada-lovelace-2');
    expect((await test.visitor().get('/verify/sent')).body).toContain('href="/verify/again"');
    test.clock.pass(minutes(30));
    const { status, body } = await ada.get('/verify/sent');
    expect([status, body.includes('ada-lovelace-2@')]).toEqual([200, false]);
  });

  it('goes with the sign-out, and opens nothing that was tampered with', async () => {
    const ada = test.visitor();
    await ada.post('/register', fields('ada3', 'ada3@example.org'));
    const sealed = ada.cookies.get('gatehouse-sent') ?? '';
    // Not its last sign, of which a part may stand for nothing.
    ada.cookies.set(
      'gatehouse-sent',
      `${sealed.slice(0, -4)}${sealed.at(-4) === 'A' ? 'B' : 'A'}${sealed.slice(-3)}`,
    );
    expect((await ada.get('/verify/sent')).body).not.toContain('ada3@');
    ada.cookies.set('gatehouse-sent', sealed);
    expect((await ada.get('/verify/sent')).body).toContain('ada3@');
    await ada.post('/logout');
    expect(ada.cookies.has('gatehouse-sent')).toBe(false);
  });

  it('can be reached where the mail did not come: from the form of registering', async () => {
    expect((await test.visitor().get('/register')).body).toContain('href="/verify/again"');
  });
});
