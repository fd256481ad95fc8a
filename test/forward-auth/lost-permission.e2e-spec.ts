import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '../../src/audit/audit-log.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { Sweeper } from '../../src/database/sweeper.js';
import { GroupChanges } from '../../src/groups/group-changes.js';
import { Groups } from '../../src/groups/groups.js';
import { Memberships } from '../../src/groups/memberships.js';
import { minutes } from '../../src/kernel/durations.js';
import { AccountChange } from '../../src/sessions/account-change.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { User } from '../../src/users/user.entity.js';
import { comingAgain } from '../support/come-again.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { answerStep, enrol, toSecondStep } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';

const HERE = localOrigin('test');
const EVERYBODY = { everybody: true, includingRegistered: true };

let test: TestApp;
let inside: InsideApplications;
let ada: string;
let bob: string;

async function begin(environment: Record<string, string> = {}): Promise<void> {
  test = await TestApp.start(environment);
  inside = new InsideApplications(test);
  [ada, bob] = [await test.person('ada'), await test.person('bob')];
  for (const id of [ada, bob]) await test.putInto('staff', id);
  for (const name of ['ada', 'bob']) await test.signedIn(name);
}
afterEach(() => test.close());

const move = (userId: string, moves: { join?: readonly string[]; leave?: readonly string[] }) =>
  comingAgain(() => test.get(Memberships).change(userId, { join: [], leave: [], ...moves }, HERE));
const disable = (userId: string) =>
  comingAgain(() =>
    test.get(AccountChange).apply({
      ...{ userId, event: 'user_disabled', origin: HERE },
      change: async manager =>
        (await manager.update(User, { id: userId }, { disabledAt: test.clock.now() })).affected === 1,
    }),
  );
const removeGroup = (name: string) => comingAgain(() => test.get(Groups).remove(name, true, HERE));
const events = async () => {
  await test.get(AuditLog).settled();
  return ['application_left', 'token_ended'].flatMap(name =>
    test.log
      .events(name)
      .map(({ event, userId, application, reason }) => [event, userId, application, reason]),
  );
};

const ADAS = ['session ada tools', 'session ada wiki', 'token ada tools', 'token ada wiki'];
const BOBS = ADAS.map(row => row.replace('ada', 'bob'));
const without = (...gone: readonly string[]) => [...ADAS, ...BOBS].filter(row => !gone.includes(row)).sort();

describe('what somebody has of an application', () => {
  beforeEach(async () => {
    await begin();
    await inside.add('wiki', { groups: ['staff'] });
    await inside.add('tools', EVERYBODY);
    for (const id of [ada, bob])
      for (const name of ['wiki', 'tools']) {
        await inside.enter(id, name);
        await inside.token(id, name);
      }
    await comingAgain(() => test.get(Groups).add('night', HERE));
    expect(await inside.had()).toEqual(without());
  });

  const ADA_AT_WIKI = ['session ada wiki', 'token ada wiki'];
  const ALL_AT_WIKI = [...ADA_AT_WIKI, 'session bob wiki', 'token bob wiki'];

  it.each<[string, () => Promise<unknown>, readonly string[]]>([
    ['they leave the group that it is for', () => move(ada, { leave: ['staff'] }), ADA_AT_WIKI],
    ['the group is removed', () => removeGroup('staff'), ALL_AT_WIKI],
    ['it is for another group now', () => inside.change('wiki', { groups: ['night'] }), ALL_AT_WIKI],
    ['it is removed', () => inside.remove('wiki'), ALL_AT_WIKI],
    [
      'it asks for a second factor',
      () => inside.change('wiki', { groups: ['staff'], strength: 2 }),
      ALL_AT_WIKI,
    ],
    [
      'it is somewhere else',
      () => inside.change('wiki', { groups: ['staff'], origins: ['https://w.example.com'] }),
      ['session ada wiki', 'session bob wiki'],
    ],
    [
      'it takes no tokens any more',
      () => inside.change('wiki', { groups: ['staff'], tokens: false }),
      ['token ada wiki', 'token bob wiki'],
    ],
    ['their account is disabled', () => disable(ada), ADAS],
  ])('ends where %s, and nothing else does', async (_, act, gone) => {
    test.log.lines.length = 0;
    await act();
    expect(await inside.had()).toEqual(without(...gone));
    // A sign-in that ends takes its sessions along, and says so itself.
    const told = gone.filter(row => row.startsWith('token') || gone !== ADAS);
    expect((await events()).map(([event, userId, name]) => [event, userId, name]).sort()).toEqual(
      told
        .map(row => {
          const [kind, who, name] = row.split(' ');
          return [kind === 'token' ? 'token_ended' : 'application_left', who === 'ada' ? ada : bob, name];
        })
        .sort(),
    );
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a label changes', () => inside.change('wiki', { groups: ['staff'], label: 'Books' })],
    ['it is for more people', () => inside.change('wiki', { groups: ['staff', 'night'] })],
    ['it is for everybody', () => inside.change('wiki', EVERYBODY)],
    ['another group goes', () => removeGroup('night')],
    [
      'they are in another group that it is for',
      async () => {
        await inside.change('wiki', { groups: ['staff', 'night'] });
        await move(ada, { join: ['night'], leave: ['staff'] });
      },
    ],
  ])('goes on where %s', async (_, act) => {
    await act();
    expect([await inside.had(), await events()]).toEqual([without(), []]);
  });

  it('does not come back with the permission', async () => {
    const [cookie, token] = [await inside.enter(ada, 'wiki'), await inside.token(ada, 'wiki')];
    const answers = async () => [
      await inside.answerTo(cookie, 'wiki'),
      await inside.answerToToken(token, 'wiki'),
    ];
    expect(await answers()).toEqual(['enter', 'enter']);
    await move(ada, { leave: ['staff'] });
    expect(await answers()).toEqual(['sign-in', 'sign-in']);
    await move(ada, { join: ['staff'] });
    expect(await answers()).toEqual(['sign-in', 'sign-in']);
  });

  it('is ended together with the group or not at all', async () => {
    test.get(GroupChanges).onLeave(() => Promise.reject(new Error('Something else stays.')));
    await expect(move(ada, { leave: ['staff'] })).rejects.toThrow('Something else stays.');
    await expect(removeGroup('staff')).rejects.toThrow('Something else stays.');
    expect([await inside.had(), await events()]).toEqual([without(), []]);
    expect((await test.get(Memberships).of(ada)).map(({ name }) => name)).toEqual(['staff']);
  });

  it('is not begun by a ticket from before', async () => {
    const ticket = await inside.ticket(ada, 'wiki');
    await move(ada, { leave: ['staff'] });
    expect(await inside.spend(ticket, 'wiki')).toEqual({ outcome: 'unknown' });
  });

  it('ends also where it begins at the same moment', async () => {
    const tickets = await Promise.all(Array.from({ length: 4 }, () => inside.ticket(ada, 'wiki')));
    await Promise.all([
      ...tickets.map(ticket => inside.spend(ticket, 'wiki')),
      move(ada, { leave: ['staff'] }),
      inside.change('wiki', { groups: ['staff'], label: 'Books' }),
    ]);
    expect(await inside.had()).toEqual(without(...ADA_AT_WIKI));
  });

  it('ends with its sign-in also where it begins at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      await test.signedIn('ada');
      const tickets = await Promise.all(Array.from({ length: 4 }, () => inside.ticket(ada, 'wiki')));
      await Promise.all([
        ...tickets.map(ticket => inside.spend(ticket, 'wiki')),
        comingAgain(() => test.get(SessionList).endAll(ada, 'operator', HERE)),
      ]);
      expect(await inside.had()).toEqual(without('session ada tools', 'session ada wiki'));
    }
  });

  it('ends where the group and the rule go at the same moment', async () => {
    await inside.change('wiki', EVERYBODY);
    await Promise.all([move(ada, { leave: ['staff'] }), inside.change('wiki', { groups: ['staff'] })]);
    expect(await inside.had()).toEqual(without(...ADA_AT_WIKI));
  });
});

describe('where anybody may register', () => {
  it('what somebody has of an application for everybody ends with their last group', async () => {
    await begin({ REGISTRATION: 'open', SMTP_URL: 'outbox' });
    await test.putInto('night', ada);
    await inside.add('tools', { everybody: true });
    await inside.enter(ada, 'tools');
    await inside.token(ada, 'tools');
    await move(ada, { leave: ['night'] });
    expect(await inside.had()).toEqual(['session ada tools', 'token ada tools']);
    await move(ada, { leave: ['staff'] });
    expect(await inside.had()).toEqual([]);
  });
});

describe('while anybody may register, and not before nor afterwards,', () => {
  const closed = { DATA_DIR: mkdtempSync(join(tmpdir(), 'gatehouse-')), REGISTRATION: 'closed' };
  const open = { ...closed, REGISTRATION: 'open', SMTP_URL: 'outbox' };
  afterAll(() => rmSync(closed.DATA_DIR, { recursive: true }));

  let had: { readonly name: string; readonly cookie: string; readonly token: string }[];
  const answers = () =>
    Promise.all(
      had.map(async ({ name, cookie, token }) => [
        name,
        await inside.answerTo(cookie, name),
        await inside.answerToToken(token, name),
      ]),
    );
  const restart = async (environment: Record<string, string>) => {
    await test.close();
    test = await TestApp.start(environment);
    inside = new InsideApplications(test);
  };
  const after = async (minute: number) => {
    test.clock.pass(minutes(minute));
    await test.get(Sweeper).sweep();
  };

  it('an application for everybody is not for who is in no group, and what they had does not come back', async () => {
    await begin(closed);
    await inside.add('tools', { everybody: true });
    await inside.add('wiki', EVERYBODY);
    await move(ada, { leave: ['staff'] });
    had = [];
    for (const name of ['tools', 'wiki'])
      had.push({ name, cookie: await inside.enter(ada, name), token: await inside.token(ada, name) });
    await inside.enter(bob, 'tools');
    const all = [
      ['tools', 'enter', 'enter'],
      ['wiki', 'enter', 'enter'],
    ];
    expect(await answers()).toEqual(all);
    await restart(open);
    expect(await answers()).toEqual([['tools', 'denied', 'denied'], all[1]]);
    // A variable that was wrong for a moment ends nothing.
    await after(0);
    await after(9);
    await restart(closed);
    await after(20);
    expect(await answers()).toEqual(all);
    await restart(open);
    await after(0);
    test.log.lines.length = 0;
    await after(10);
    expect(await events()).toEqual([
      ['application_left', ada, 'tools', 'permission'],
      ['token_ended', ada, 'tools', 'permission'],
    ]);
    await restart(closed);
    expect(await answers()).toEqual([['tools', 'sign-in', 'sign-in'], all[1]]);
    expect(await inside.had()).toEqual(['session ada wiki', 'session bob tools', 'token ada wiki']);
  });
});

describe('where an application asks for a second factor from now on', () => {
  it('who has shown one goes on, and a token that was made with one', async () => {
    await begin();
    await inside.add('wiki', { groups: ['staff'] });
    await inside.enter(bob, 'wiki');
    await inside.token(bob, 'wiki');
    const phone = await enrol(test, await test.signedIn('ada'));
    const visitor = test.visitor();
    await answerStep(visitor, await toSecondStep(visitor), { code: phone.fresh() });
    await inside.enter(ada, 'wiki');
    await inside.token(ada, 'wiki', 2);
    await inside.change('wiki', { groups: ['staff'], strength: 2 });
    expect(await inside.had()).toEqual(['session ada wiki', 'token ada wiki']);
  });
});

describe('applications of a file', () => {
  it('lose people who leave their groups likewise', async () => {
    const path = join(tmpdir(), `gatehouse-applications-${process.pid}.json`);
    const wiki = { name: 'wiki', origins: [at('wiki')], groups: ['staff'], tokens: true };
    writeFileSync(path, JSON.stringify({ applications: [wiki] }));
    await begin({ APPLICATIONS_FILE: path });
    for (const id of [ada, bob]) {
      await inside.enter(id, 'wiki');
      await inside.token(id, 'wiki');
    }
    await move(ada, { leave: ['staff'] });
    expect(await inside.had()).toEqual(['session bob wiki', 'token bob wiki']);
  });
});
