import { localOrigin } from '../src/audit/security-event.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const JSON_PLEASE = { accept: 'application/json' };
const NEW = 'seven calm otters drift';
const SHORT = /^That is too short\. Use at least 15 characters/;
const GUESSABLE = /^That is one of the first passwords an attacker would try\. Use a few words/;
const NAME = /^A username can have letters/;
const ADDRESS = /^Check this address/;
const DIFFERENT = /^The two passwords do not match\./;

interface Form {
  readonly path: string;
  /** Whoever stands before it. */
  readonly who: () => Promise<Visitor>;
  /** What it takes. */
  readonly good: Readonly<Record<string, string>>;
  /** With every problem it can have at once, and what is said of each. */
  readonly bad: Readonly<Record<string, string>>;
  readonly says: Readonly<Record<string, RegExp>>;
  /** Where the cursor is then. */
  readonly cursor: string;
}

let test: TestApp;
let people = 0;

beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  await test.person('taken');
});
afterAll(() => test.close());

async function withReset(): Promise<Visitor> {
  const name = `ada${++people}`;
  await test.person(name, 'user', `${name}@example.org`);
  await test.visitor().post('/forgot', { email: `${name}@example.org` }, from());
  return opened(test, (await mailTo(test, `${name}@example.org`, /Set a new password/)).link);
}

async function withInvitation(): Promise<Visitor> {
  const email = parseEmailAddress(`guest${++people}@example.org`)!;
  await test.get(Invite).send(email, 'user', localOrigin('test'));
  return opened(test, (await mailTo(test, email.display, /You are invited/)).link);
}

/** In another browser than the one that registered. */
async function withRegistration(): Promise<Visitor> {
  const email = `new${++people}@example.org`;
  await test.visitor().post('/register', { username: `new${people}`, email, password: NEW }, from());
  return opened(test, (await mailTo(test, email, /Confirm/)).link);
}

async function signedIn(): Promise<Visitor> {
  const name = `bea${++people}`;
  await test.person(name, 'user', `${name}@example.org`);
  return test.signedIn(name);
}

/** A network address that has asked for nothing yet. */
const from = () => ({ 'x-forwarded-for': `2001:db8:0:${(++people).toString(16)}::1` });

const FORMS: readonly Form[] = [
  {
    path: '/register',
    who: () => Promise.resolve(test.visitor()),
    good: { username: 'fresh', email: 'fresh@example.org', password: NEW },
    bad: { username: 'two words', email: 'nowhere', password: 'short', password_again: 'other' },
    says: { username: NAME, email: ADDRESS, password: SHORT, password_again: DIFFERENT },
    cursor: 'username',
  },
  {
    path: '/register',
    who: () => Promise.resolve(test.visitor()),
    good: { username: 'fresher', email: 'fresher@example.org', password: NEW },
    bad: { username: 'TAKEN', email: '', password: 'passwordpassword' },
    says: { username: /^That username is taken/, email: ADDRESS, password: GUESSABLE },
    cursor: 'username',
  },
  {
    path: '/invite',
    who: withInvitation,
    good: { username: 'newguest', password: NEW },
    bad: { username: 'taken', password: '', password_again: 'other' },
    says: { username: /^That username is taken/, password: /^Choose a password/, password_again: DIFFERENT },
    cursor: 'username',
  },
  {
    path: '/verify',
    who: withRegistration,
    good: { username: 'newcomer', password: NEW },
    bad: { username: 'taken', password: 'short', password_again: 'other' },
    says: { username: /^That username has been taken/, password: SHORT, password_again: DIFFERENT },
    cursor: 'username',
  },
  {
    path: '/reset',
    who: withReset,
    good: { password: NEW },
    bad: { password: 'short', password_again: 'other' },
    says: { password: SHORT, password_again: DIFFERENT },
    cursor: 'password',
  },
  {
    path: '/account/password',
    who: signedIn,
    good: { current_password: PASSWORD, password: NEW },
    bad: { current_password: 'wrong', password: 'short', password_again: 'other' },
    says: { current_password: /^That is not your password\./, password: SHORT, password_again: DIFFERENT },
    cursor: 'current_password',
  },
  {
    path: '/account/password',
    who: signedIn,
    good: { current_password: PASSWORD, password: NEW },
    bad: { current_password: PASSWORD, password: 'short' },
    says: { password: SHORT },
    // It is emptied, so there people have to begin.
    cursor: 'current_password',
  },
];

const send = async ({ path }: Form, who: Visitor, fields: Readonly<Record<string, string>>, headers = {}) =>
  who.post(path, path.startsWith('/account') ? { ...fields, _csrf: await who.csrf() } : { ...fields }, {
    ...from(),
    ...headers,
  });

describe.each(FORMS)('$path, refused for $bad', form => {
  let who: Visitor;
  let page: Answer;
  beforeAll(async () => {
    who = await form.who();
    page = await send(form, who, form.bad);
  });

  it('says everything that is wrong at once, each at its field', () => {
    expect(page.status).toBe(422);
    for (const [field, sentence] of Object.entries(form.says)) {
      expect(noteOf(page, field)).toMatch(sentence);
      expect(inputOf(page, field)).toContain(`aria-invalid="true" aria-describedby="${field}-note"`);
    }
    expect(page.body.match(/aria-invalid/g)).toHaveLength(Object.keys(form.says).length);
  });

  it('says once at the top that something is, and puts the cursor into one field', () => {
    const several = Object.keys(form.says).length > 1;
    expect(page.body.match(/role="alert"/g)).toHaveLength(1);
    expect(page.body).toContain(`Look at the marked field${several ? 's' : ''}`);
    expect(page.body.match(/ autofocus/g)).toHaveLength(1);
    expect(inputOf(page, form.cursor)).toContain(' autofocus');
  });

  it('keeps what was typed, but no password', () => {
    const { username, email } = form.bad;
    for (const [field, typed] of Object.entries({ username, email }))
      if (typed !== undefined) expect(inputOf(page, field)).toContain(`value="${typed}"`);
    for (const field of ['current_password', 'password', 'password_again'])
      expect(inputOf(page, field)).not.toContain('value=');
  });

  it('says the same to a program, by the names of the fields', async () => {
    const { status, body } = await send(form, who, form.bad, JSON_PLEASE);
    const problem = JSON.parse(body) as { detail: string; errors: Record<string, string> };
    expect(status).toBe('current_password' in form.says ? 401 : 422);
    expect(Object.keys(problem.errors)).toEqual(Object.keys(form.says));
    for (const [field, sentence] of Object.entries(form.says))
      expect(problem.errors[field]).toMatch(sentence);
    expect(problem.detail).toBe(Object.values(problem.errors).join(' '));
  });

  it('takes one password, twice the same, and no two that differ', async () => {
    const differ = await send(form, who, { ...form.good, password_again: `${NEW}!` });
    expect([differ.status, noteOf(differ, 'password_again')]).toEqual([
      422,
      expect.stringMatching(DIFFERENT),
    ]);
    expect((await send(form, who, form.good)).status).toBe(303);
    const another = await form.who();
    const changed = 'username' in form.good ? { username: `${form.good['username']}2` } : {};
    const mail = 'email' in form.good ? { email: `${form.good['username']}2@example.org` } : {};
    // Password managers' own field is nobody's.
    const own = { _username: 'ada' };
    const twice = { ...form.good, ...changed, ...mail, ...own, password_again: NEW };
    expect((await send(form, another, twice)).status).toBe(303);
  });
});

describe('where a password is chosen', () => {
  it.each(['/register', '/account/password'])(
    'there is a second field only without JavaScript: %s',
    async path => {
      const { body } = await (await signedIn()).get(path);
      const without = /<noscript>([^]*?)<\/noscript>/.exec(body)?.[1] ?? '';
      expect(without).toContain('name="password_again"');
      expect(body.replace(without, '')).not.toContain('name="password_again"');
      expect(body).toMatch(/data-counts="password" data-least="15" hidden/);
    },
  );

  it('the browser is left out of what must be filled in', async () => {
    for (const path of ['/login', '/register', '/forgot'])
      expect((await test.visitor().get(path)).body).not.toMatch(/ required[ >]/);
  });
});

describe('a form with a field left empty', () => {
  it('says at the sign-in which one it is, and counts no attempt', async () => {
    const visitor = test.visitor();
    for (let turn = 0; turn < 12; turn++) {
      const page = await visitor.signIn('taken', '');
      expect([page.status, noteOf(page, 'password')]).toEqual([422, 'Enter your password.']);
      expect(page.body).not.toContain('Invalid username or password');
    }
    expect(noteOf(await visitor.signIn('', PASSWORD), 'username')).toBe('Enter your username or e-mail.');
    expect((await visitor.signIn('taken', PASSWORD)).status).toBe(303);
  });

  it('counts no attempt where the password is asked for again', async () => {
    const ada = await signedIn();
    for (let turn = 0; turn < 12; turn++) {
      const page = await ada.postForm('/account/password', { current_password: '', password: NEW });
      expect([page.status, noteOf(page, 'current_password')]).toEqual([422, 'Enter your password.']);
    }
    expect((await ada.postForm('/confirm', { password: '' })).body).toContain('Enter your password.');
    expect((await ada.postForm('/confirm', { password: PASSWORD })).location).toBe('/welcome');
  });
});

describe('a form that was sent too often', () => {
  it('says so at its top, and marks no field for it', async () => {
    const headers = from();
    const ask = (email: string) => test.visitor().post('/forgot', { email }, headers);
    while ((await ask('linus@example.org')).status !== 429);
    const page = await ask('linus@example.org');
    expect(page.body).toMatch(
      /role="alert"[^>]*><p>Too many mails have been requested\. Try again in \d+ minutes?\.</,
    );
    expect(page.body).not.toContain('aria-invalid');
    expect(inputOf(page, 'email')).toContain('value="linus@example.org"');
    // Said with the field that has the cursor.
    expect(inputOf(page, 'email')).toContain(' autofocus aria-describedby="problem"');
  });

  it('has not spent a mail on what was wrong with it', async () => {
    const headers = from();
    const register = (fields: Record<string, string>) =>
      test
        .visitor()
        .post('/register', { username: 'n', email: 'lea@example.org', password: NEW, ...fields }, headers);
    for (let turn = 0; turn < 5; turn++) expect((await register({})).status).toBe(422);
    for (let turn = 0; turn < 5; turn++)
      expect((await register({ username: `lea${turn}`, password: 'short' })).status).toBe(422);
    expect((await mailsOf(test)).filter(({ to }) => to === 'lea@example.org')).toEqual([]);
    for (let turn = 0; turn < 3; turn++)
      expect((await register({ username: `lea${turn}` })).status).toBe(303);
    expect((await register({ username: 'lea4' })).status).toBe(429);
  });
});

/** What stands at a field. */
const noteOf = ({ body }: Answer, field: string): string =>
  new RegExp(`id="${field}-note"><span>([^<]*)<`).exec(body)?.[1] ?? '';

const inputOf = ({ body }: Answer, field: string): string =>
  new RegExp(`<input id="${field}"[^>]*>`).exec(body)?.[0] ?? '';
