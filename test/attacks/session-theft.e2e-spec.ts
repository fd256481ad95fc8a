import { hours } from '../../src/kernel/durations.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const NAME = 'gatehouse';

describe('session ids that somebody else knows', () => {
  let test: TestApp;
  let adaId: string;

  beforeAll(async () => {
    test = await TestApp.start();
    adaId = await test.person('Ada');
    await test.person('Grace');
  });
  afterAll(() => test.close());

  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/session')).status === 200;
  const whoIs = async (visitor: Visitor): Promise<unknown> =>
    JSON.parse((await visitor.get('/session')).body).user?.username;

  it.each(['planted', 's:planted.signature', 's%3Aplanted.', '', 's:', 'null', '%00', '../../etc/passwd'])(
    'are never adopted: %j, planted before the sign-in',
    async planted => {
      const victim = test.visitor();
      victim.cookies.set(NAME, planted);
      expect((await victim.arrive('Ada', PASSWORD)).status).toBe(303);
      expect(victim.cookies.get(NAME)).not.toBe(planted);
      const attacker = test.visitor();
      attacker.cookies.set(NAME, planted);
      expect(await isSignedIn(attacker)).toBe(false);
    },
  );

  it('are never adopted: the thief’s own live session, planted before the sign-in', async () => {
    const thief = await test.signedIn('Grace');
    const victim = thief.copy();
    await victim.arrive('Ada', PASSWORD);
    expect(await whoIs(victim)).toBe('Ada');
    expect(await isSignedIn(thief)).toBe(false);
  });

  it('open nothing after the next sign-in in the same browser', async () => {
    const visitor = await test.signedIn('Ada');
    const thief = visitor.copy();
    await visitor.arrive('Ada', PASSWORD);
    expect([await isSignedIn(thief), await isSignedIn(visitor)]).toEqual([false, true]);
  });

  it('open nothing after the sign-out', async () => {
    const visitor = await test.signedIn('Ada');
    const thief = visitor.copy();
    await visitor.postForm('/logout');
    expect(await isSignedIn(thief)).toBe(false);
    expect((await thief.get('/welcome')).location).toBe('/login?return_to=%2Fwelcome');
  });

  it('open nothing after they were revoked from elsewhere', async () => {
    const thief = await test.signedIn('Ada');
    const { session } = JSON.parse((await thief.get('/session')).body);
    const which = { userId: adaId, publicId: session.publicId };
    await test.get(SessionList).end(which, 'operator', localOrigin('test'));
    expect(await isSignedIn(thief)).toBe(false);
  });

  it('open nothing after an hour without use, and looking does not wake them', async () => {
    const visitor = await test.signedIn('Ada');
    test.clock.pass(hours(1));
    expect([await isSignedIn(visitor), await isSignedIn(visitor)]).toEqual([false, false]);
  });

  it('are not the names that pages show', async () => {
    const visitor = await test.signedIn('Ada');
    const { session } = JSON.parse((await visitor.get('/session')).body);
    const stored = await test.stored.sessions();
    expect(stored).not.toEqual([]);
    for (const name of [session.publicId, ...stored.map(({ idHash }) => idHash)]) {
      const thief = test.visitor();
      thief.cookies.set(NAME, name);
      expect(await isSignedIn(thief)).toBe(false);
    }
  });

  it('stand in no page, no JSON and no address', async () => {
    const visitor = test.visitor();
    const answers = [await visitor.arrive('Ada', PASSWORD, { return_to: '/session' })];
    for (const path of ['/', '/login', '/welcome', '/session', '/nowhere', '/logout'])
      answers.push(await visitor.get(path, { 'sec-fetch-site': 'cross-site' }));
    const id = decodeURIComponent(visitor.cookies.get(NAME) ?? '').slice(2, 45);
    expect(id).toHaveLength(43);
    for (const { body, location } of answers) expect(body + String(location)).not.toContain(id);
  });

  it('with a changed letter, a foreign signature or no signature open nothing, and make no error', async () => {
    const [ada, grace] = [await test.signedIn('Ada'), await test.signedIn('Grace')];
    const value = decodeURIComponent(ada.cookies.get(NAME) ?? '');
    const foreign = decodeURIComponent(grace.cookies.get(NAME) ?? '').split('.')[1] ?? '';
    const id = value.slice(2, 45);
    const last = value.at(-1) === 'A' ? 'B' : 'A';
    for (const forged of [
      `s:${id}.${foreign}`,
      `s:${id}.`,
      `s:${id}`,
      id,
      value.slice(0, -1) + last,
      `${value}=`,
      ` ${value}`,
      value.replace('s:', 'j:'),
      value.replace('s:', 'S:'),
    ]) {
      const thief = test.visitor();
      thief.cookies.set(NAME, encodeURIComponent(forged));
      const answer = await thief.get('/session');
      expect([forged, answer.status, answer.setCookies]).toEqual([forged, 401, []]);
    }
    expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('sent twice are read once, as the first one', async () => {
    const [ada, grace] = [await test.signedIn('Ada'), await test.signedIn('Grace')];
    const [mine, other] = [ada.cookies.get(NAME), grace.cookies.get(NAME)];
    const send = (cookie: string) => test.visitor().get('/session', { cookie });
    const both = await send(`${NAME}=${mine}; ${NAME}=${other}`);
    expect(JSON.parse(both.body).user.username).toBe('Ada');
    expect((await send(`${NAME}=junk; ${NAME}=${mine}`)).status).toBe(401);
    expect((await send(`x${NAME}=${mine}`)).status).toBe(401);
    expect((await send(`${NAME.toUpperCase()}=${mine}`)).status).toBe(401);
  });

  it('in a cookie header of any size are an answer below 500', async () => {
    for (const size of [1000, 4096, 15_000, 63_000, 66_500, 100_000]) {
      const { status } = await test.visitor().get('/welcome', { cookie: `${NAME}=s:${'a'.repeat(size)}` });
      expect([size, status]).toEqual([size, size < 65_000 ? 303 : 431]);
    }
    const many = Array.from({ length: 1500 }, (_, index) => `${NAME}=${index}`).join('; ');
    expect((await test.visitor().get('/welcome', { cookie: many.slice(0, 15_000) })).status).toBe(303);
  });

  it('that are unknown are logged once, as an event and not as an error', async () => {
    test.log.lines.length = 0;
    const visitor = test.visitor();
    visitor.cookies.set(NAME, 's%3Aunknown.signature');
    await visitor.get('/welcome');
    await visitor.get('/welcome');
    expect(test.log.events('session_use_unknown')).toHaveLength(1);
  });
});
