import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { AuditLog } from '../src/audit/audit-log.js';
import { digestOf } from '../src/crypto/secret-token.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const OLD = 'the-old-secret-that-nobody-else-could-choose';
const NEW = 'the-new-secret-that-nobody-else-could-choose';

/** The session id in a cookie, and its signature. */
function parts(visitor: Visitor): { id: string; signature: string } {
  const cookie = decodeURIComponent(visitor.cookies.get('gatehouse') ?? '');
  const [, id = '', signature = ''] = /^s:([\w-]{43})\.(.+)$/.exec(cookie) ?? [];
  return { id, signature };
}
const signed = (id: string, secret: string): string =>
  createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');

const isSignedIn = async (visitor: Visitor) => (await visitor.get('/welcome')).status === 200;

describe('session secrets', () => {
  let first: TestApp;
  let running: TestApp;
  const restart = async (SESSION_SECRET: string) => {
    await running.app.close();
    running = await TestApp.start({ DATA_DIR: first.dataDir, SESSION_SECRET });
    return running;
  };
  const later = (visitor: Visitor) => {
    const same = running.visitor();
    same.cookies.set('gatehouse', visitor.cookies.get('gatehouse') ?? '');
    return same;
  };
  beforeEach(async () => {
    running = first = await TestApp.start({ SESSION_SECRET: OLD });
    await first.person('ada');
  });
  afterEach(async () => {
    await running.close();
    rmSync(first.dataDir, { recursive: true, force: true });
  });

  it('sign with the first of them', async () => {
    const { id, signature } = parts(await running.signedIn());
    expect(signature).toBe(signed(id, OLD));
    await restart(`${NEW},${OLD}`);
    const next = parts(await running.signedIn());
    expect(next.signature).toBe(signed(next.id, NEW));
  });

  it('keep people signed in through a restart', async () => {
    const visitor = await running.signedIn();
    await restart(OLD);
    expect(await isSignedIn(later(visitor))).toBe(true);
  });

  it('all verify, so a rotation signs nobody out', async () => {
    const visitor = await running.signedIn();
    await restart(`${NEW},${OLD}`);
    expect(await isSignedIn(later(visitor))).toBe(true);
  });

  it('verify nothing any more once they are gone', async () => {
    const visitor = await running.signedIn();
    await restart(NEW);
    expect(await isSignedIn(later(visitor))).toBe(false);
  });
});

describe('a session cookie that is not ours', () => {
  let test: TestApp;
  let thief: Visitor;
  let own: { id: string; signature: string };
  beforeAll(async () => {
    test = await TestApp.start({ SESSION_SECRET: OLD });
    await test.person('ada');
    thief = await test.signedIn();
    own = parts(thief);
  });
  afterAll(() => test.close());

  const CASES: readonly [what: string, cookie: () => string][] = [
    ['without a signature', () => own.id],
    ['with an empty signature', () => `s:${own.id}.`],
    ['with another id’s signature', () => `s:${'a'.repeat(43)}.${own.signature}`],
    [
      'with a changed signature',
      () => `s:${own.id}.${own.signature.slice(0, -1)}${own.signature.endsWith('A') ? 'B' : 'A'}`,
    ],
    ['signed with a foreign secret', () => `s:${own.id}.${signed(own.id, NEW)}`],
    ['the hash of the id, signed', () => `s:${digestOf(own.id)}.${signed(digestOf(own.id), OLD)}`],
    ['signed, of an id nobody has', () => `s:nobody.${signed('nobody', OLD)}`],
    ['signed, empty', () => `s:.${signed('', OLD)}`],
    ['junk', () => 's:%00.\u00e4;'],
    ['broken percent signs', () => 's%3A%zz.%'],
    ['very long', () => `s:${'a'.repeat(8000)}.x`],
    ['a JavaScript property', () => '__proto__'],
  ];

  it.each(CASES)('%s, makes a visitor of its bearer and one event, no error', async (_, cookie) => {
    const visitor = test.visitor();
    const raw = cookie();
    visitor.cookies.set('gatehouse', /%/.test(raw) ? raw : encodeURIComponent(raw));
    test.log.lines.length = 0;
    for (let visit = 0; visit < 3; visit++) {
      const answer = await visitor.get('/welcome');
      expect([answer.status, answer.setCookies]).toEqual([303, []]);
    }
    expect((await visitor.get('/')).status).toBe(200);
    expect(test.log.events().map(({ event, outcome }) => [event, outcome])).toEqual([
      ['session_use_unknown', 'failure'],
    ]);
    expect(test.log.lines.filter(({ level }) => level !== 'log')).toEqual([]);
  });

  it('of another name is none of our business', async () => {
    const visitor = test.visitor();
    visitor.cookies.set('xgatehouse', 'x');
    visitor.cookies.set('connect.sid', `s%3A${own.id}.${own.signature}`);
    test.log.lines.length = 0;
    expect(await isSignedIn(visitor)).toBe(false);
    expect(test.log.events()).toEqual([]);
  });

  it('still leaves its bearer the way in', async () => {
    const visitor = test.visitor();
    visitor.cookies.set('gatehouse', 's%3Ajunk.junk');
    expect((await visitor.signIn('ada', PASSWORD)).status).toBe(303);
    expect(await isSignedIn(visitor)).toBe(true);
    expect(await isSignedIn(thief)).toBe(true);
  });
});

describe('what nobody but its owner may see', () => {
  let test: TestApp;
  const passwords = [
    PASSWORD,
    'my wrong password one',
    'my wrong password two',
    'a-set-up-code-that-is-wrong',
  ];
  const ids: string[] = [];
  const tokens: string[] = [];
  const note = async (visitor: Visitor) => {
    ids.push(...Object.values(parts(visitor)));
    tokens.push(await visitor.csrf());
  };

  beforeAll(async () => {
    test = await TestApp.start({ NODE_ENV: 'production', SMTP_URL: 'outbox', SESSION_SECRET: OLD });
    await test.person('ada', 'user', 'ada@example.org');
    const [right = '', wrong = '', asName = '', code = ''] = passwords;
    const visitor = await test.signedIn('ada', { remember: 'on' });
    await note(visitor);
    await test.visitor().signIn('ada', wrong);
    await test.visitor().signIn(asName, right);
    await test.visitor().post('/setup', { code, username: 'x', password: right, password_again: right });
    await test
      .visitor()
      .post(`/login?password=${encodeURIComponent(right)}`, { username: 'ada', password: right });
    await visitor.post('/logout', { _csrf: 'wrong' });
    await visitor.post('/login', `username=ada&password=${right}&password=${right}`);
    await note(await test.signedIn('ada'));
    await visitor.signIn('ada', right);
    await note(visitor);
    const ended = visitor.copy();
    await visitor.postForm('/logout');
    await ended.get('/welcome');
    await test.get(AuditLog).settled();
    expect([ids, tokens].map(({ length }) => length)).toEqual([6, 3]);
  });
  afterAll(() => test.close());

  it('does not stand in the log', () => {
    const log = JSON.stringify(test.log.lines);
    expect(test.log.events().length).toBeGreaterThan(8);
    for (const secret of [OLD, ...passwords, encodeURIComponent(PASSWORD), ...ids, ...tokens]) {
      expect(secret).not.toBe('');
      expect(log).not.toContain(secret);
    }
  });

  it('does not stand in the database, but for the tokens of forms, which belong to a session', async () => {
    const bytes = await test.stored.everything(test.dataDir);
    expect(bytes.includes('ada@example.org')).toBe(true);
    expect(bytes.includes(digestOf(ids[2] ?? ''))).toBe(true);
    for (const secret of [OLD, ...passwords, ...ids])
      expect([secret, bytes.includes(secret)]).toEqual([secret, false]);
  });
});
