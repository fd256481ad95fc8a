import { readdirSync, readFileSync } from 'node:fs';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start();
});
afterAll(() => test.close());

/** Registers and confirms. @param stored where the mail goes. */
async function register(username: string, email: string, stored = email): Promise<void> {
  const visitor = test.visitor();
  const fields = { username, email, password: PASSWORD, password_again: PASSWORD };
  expect((await visitor.post('/register', fields)).location).toBe('/verify/sent');
  await opened(test, (await mailTo(test, stored, /Confirm your address/)).link, visitor);
  expect((await visitor.post('/verify')).location).toBe('/welcome');
}

describe('a field for an e-mail address', () => {
  it('lets browsers send all that the server takes, and still asks for the right keyboard', async () => {
    await test.person('ada');
    const ada = await test.signedIn('ada');
    for (const [page, visitor] of [
      ['/register', test.visitor()],
      ['/verify/again', test.visitor()],
      ['/forgot', test.visitor()],
      ['/account/email', ada],
    ] as const) {
      const field = /<input id="email"[^>]*>/.exec((await visitor.get(page)).body)?.[0] ?? '';
      for (const part of ['type="text"', 'inputmode="email"', 'autocomplete="email"'])
        expect([page, field]).toEqual([page, expect.stringContaining(part)]);
      for (const part of ['autocapitalize="none"', 'spellcheck="false"'])
        expect([page, field]).toEqual([page, expect.stringContaining(part)]);
    }
  });

  it('is of no type that knows only ASCII, on no page', () => {
    const views = new URL('../views/', import.meta.url);
    for (const file of readdirSync(views, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.hbs')) continue;
      expect([file, readFileSync(new URL(file, views), 'utf8')]).not.toEqual([
        file,
        expect.stringMatching(/type="email"/),
      ]);
    }
  });
});

describe('an international address', () => {
  it('may have any letters before the @', async () => {
    await register('juergen', 'jürgen@example.org');
    expect((await test.visitor().signIn('JÜRGEN@Example.org', PASSWORD)).status).toBe(303);
  });

  it('is one and the same however its domain is written, by people and by browsers', async () => {
    await register('bea', 'Bea@Bücher.example', 'Bea@xn--bcher-kva.example');
    for (const written of [
      'bea@bücher.example',
      'bea@xn--bcher-kva.example',
      'BEA@BÜCHER.EXAMPLE',
      'bea@bu\u0308cher.example',
      'bea@bücher\u3002example',
    ])
      expect([written, (await test.visitor().signIn(written, PASSWORD)).status]).toEqual([written, 303]);
    await test.visitor().post('/forgot', { email: 'bea@bücher.example' });
    expect((await mailTo(test, 'Bea@xn--bcher-kva.example', /Set a new password/)).link).toMatch(/^\/reset/);
  });
});

describe('a mail to an address that nobody has confirmed', () => {
  const BAIT = ['Claim-Your-Prize', 'Your parcel waits at prize.example', 'Prizes/1.0 (prize.example)'];
  const [username = '', displayName = '', agent = ''] = BAIT;
  const sent = { 'user-agent': agent };

  it('holds nothing that a stranger chose: registration, also when it is sent again', async () => {
    const to = 'victim@example.org';
    const fields = { username, email: to, password: PASSWORD, password_again: PASSWORD };
    await test.visitor().post('/register', fields, sent);
    await expectNoBait(to, 1);
    test.clock.pass(60 * 60 * 1000);
    await test.visitor().post('/verify/again', { email: to }, sent);
    await expectNoBait(to, 2);
  });

  it('holds nothing that a stranger chose: change of address', async () => {
    const to = 'other-victim@example.org';
    await test.person(username);
    const eve = await test.signedIn(username);
    await eve.postForm('/account', { display_name: displayName });
    await eve.post('/account/email', { email: to, _csrf: await eve.csrf() }, sent);
    await expectNoBait(to, 1);
  });

  async function expectNoBait(to: string, mails: number): Promise<void> {
    const found = (await mailsOf(test)).filter(mail => mail.to === to);
    expect(found).toHaveLength(mails);
    // Longer than what a link's token spells by chance, in small letters or capitals.
    for (const { raw } of found) expect(raw).not.toMatch(/your.prize|parcel|prizes|prize\.example/i);
  }
});
