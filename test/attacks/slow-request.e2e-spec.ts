import { localOrigin } from '../../src/audit/security-event.js';
import { minutes } from '../../src/kernel/durations.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { gate, HeldModule, NOTE } from '../support/held-route.js';
import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

describe('a slow request', () => {
  let test: TestApp;
  let adaId: string;

  beforeAll(async () => {
    test = await TestApp.start({}, [HeldModule]);
    adaId = await test.person('Ada');
  });
  beforeEach(() => test.stored.clearSessions());
  afterAll(() => test.close());

  const rows = () => test.stored.sessions();

  /** Sends the request, and does something while its handler stands still. */
  async function meanwhile(visitor: Visitor, path: string, work: () => Promise<unknown>) {
    const standing = gate.expectOne();
    const going = visitor.get(path, { accept: 'application/json' });
    await standing;
    await work();
    gate.release();
    return going;
  }

  const ENDS: Record<string, (visitor: Visitor) => Promise<unknown>> = {
    'its person signed out': visitor => visitor.copy().postForm('/logout'),
    'the session was revoked': () => test.get(SessionList).endAll(adaId, 'operator', localOrigin('test')),
    'the browser signed in anew': visitor => visitor.copy().arrive('Ada', 'four quiet herons wade'),
  };
  const PATHS = ['/held/read', '/held/change', '/held/save', '/held/regenerate'];
  const cases = Object.keys(ENDS).flatMap(end => PATHS.map(path => [end, path] as const));

  it.each(cases)('does not bring a session back after %s: %s', async (end, path) => {
    const visitor = await test.signedIn('Ada');
    const stolen = visitor.copy();
    let left: unknown[] = [];
    const answer = await meanwhile(visitor, path, async () => {
      await ENDS[end]?.(visitor);
      left = await rows();
    });
    expect([answer.status, answer.setCookies]).toEqual([200, []]);
    expect(await rows()).toEqual(left);
    for (const old of [visitor, stolen]) expect((await old.get('/session')).status).toBe(401);
  });

  it('that only notes activity does not bring a session back', async () => {
    const visitor = await test.signedIn('Ada');
    await meanwhile(visitor, '/held/read', async () => {
      test.clock.pass(minutes(5));
      await visitor.copy().postForm('/logout');
    });
    expect(await rows()).toEqual([]);
    expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('still keeps its change where the session goes on', async () => {
    const visitor = await test.signedIn('Ada');
    const answer = await meanwhile(visitor, '/held/change', () => visitor.copy().get('/welcome'));
    expect(answer.status).toBe(200);
    expect(JSON.parse((await visitor.get('/held/note')).body)).toEqual({ note: NOTE });
  });

  it('whose handler makes a new id leaves a visitor without a cookie, not a half session', async () => {
    const visitor = await test.signedIn('Ada');
    const answer = await meanwhile(visitor, '/held/regenerate', () => Promise.resolve());
    expect(answer.setCookies).toEqual([]);
    expect(await rows()).toHaveLength(1);
  });

  it('in one session holds up nobody else', async () => {
    const [slow, quick] = [await test.signedIn('Ada'), await test.signedIn('Ada')];
    const answer = await meanwhile(slow, '/held/read', async () => {
      expect((await quick.get('/welcome')).status).toBe(200);
      expect((await slow.copy().get('/welcome')).status).toBe(200);
    });
    expect(answer.status).toBe(200);
  });
});

describe('the contents of a session', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({}, [HeldModule]);
    await test.person('Ada');
    await test.person('Grace');
  });
  afterAll(() => test.close());

  async function withNote(): Promise<Visitor> {
    const visitor = await test.signedIn('Ada');
    const standing = gate.expectOne();
    const going = visitor.get('/held/change');
    await standing;
    gate.release();
    await going;
    expect(JSON.parse((await visitor.get('/held/note')).body)).toEqual({ note: NOTE });
    return visitor;
  }

  it('do not survive a change of person', async () => {
    const visitor = await withNote();
    const token = await visitor.csrf();
    await visitor.arrive('Grace', 'four quiet herons wade');
    expect(JSON.parse((await visitor.get('/held/note')).body)).toEqual({ note: null });
    expect(await visitor.csrf()).not.toBe(token);
    expect(JSON.stringify(await test.stored.sessions())).not.toContain(NOTE);
  });

  it('do not survive a sign-out', async () => {
    const visitor = await withNote();
    await visitor.postForm('/logout');
    await visitor.arrive('Ada', 'four quiet herons wade');
    expect(JSON.parse((await visitor.get('/held/note')).body)).toEqual({ note: null });
  });

  it('are nothing that a visitor could plant before the sign-in', async () => {
    const visitor = test.visitor();
    await visitor.get('/held/change');
    await visitor.arrive('Ada', 'four quiet herons wade');
    expect(JSON.parse((await visitor.get('/held/note')).body)).toEqual({ note: null });
  });
});
