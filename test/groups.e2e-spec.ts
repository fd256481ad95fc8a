import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import { DeletePerson } from '../src/credentials/delete-person.js';
import { Groups } from '../src/groups/groups.js';
import { type MembershipChange, Memberships } from '../src/groups/memberships.js';
import { patient } from './support/come-again.js';
import { TestApp } from './support/test-app.js';

const HERE = localOrigin('test');
const TWENTY = [...Array(20).keys()];

describe('groups', () => {
  let test: TestApp;
  let groups: Groups;
  let memberships: Memberships;
  let ada: string;
  beforeAll(async () => {
    test = await TestApp.start();
    [groups, memberships] = [patient(test.get(Groups)), patient(test.get(Memberships))];
  });
  beforeEach(async () => {
    await test.sql('DELETE FROM users');
    await test.sql('DELETE FROM groups');
    ada = await test.person('ada');
    await test.get(AuditLog).settled();
    test.log.lines.length = 0;
  });
  afterAll(() => test.close());

  const change = (userId: string, { join = [], leave = [] }: Partial<MembershipChange>) =>
    memberships.change(userId, { join, leave }, HERE);
  const namesOf = async (userId: string) => (await memberships.of(userId)).map(({ name }) => name);
  const events = () =>
    test.log.events().map(({ event, userId, group }) => [String(event), userId ?? null, group]);

  describe('a group', () => {
    it.each(['', 'Editors', '-a', '.a', 'a b', 'é', 'a\n', 'a,b', 'x'.repeat(64)])(
      'cannot be called %j',
      async name => {
        expect(await groups.add(name, HERE)).toBe('no-name');
        expect(await groups.all()).toEqual([]);
      },
    );

    it.each(['a', '0', 'a.b_c-d', 'x'.repeat(63)])('can be called %j', async name => {
      expect(await groups.add(name, HERE)).toBe('added');
      expect(await groups.all()).toEqual([{ name, people: 0, createdAt: test.clock.now() }]);
    });

    it('is made once by twenty who make it at once', async () => {
      const done = await Promise.all(TWENTY.map(() => groups.add('editors', HERE)));
      expect(done.filter(outcome => outcome === 'added')).toHaveLength(1);
      expect(done.filter(outcome => outcome === 'there-already')).toHaveLength(19);
      expect(events()).toEqual([['group_created', null, 'editors']]);
    });

    it('is listed by name, with how many people are in it', async () => {
      for (const name of ['b', 'a_', 'a.', 'a']) await test.putInto(name, ada);
      await change(await test.person('eve'), { join: ['a'] });
      const listed = (await groups.all()).map(({ name, people }) => [name, people]);
      expect(listed).toEqual([
        ['a', 2],
        ['a.', 1],
        ['a_', 1],
        ['b', 1],
      ]);
    });

    it('stays where somebody is in it, unless it is to go with them', async () => {
      const eve = await test.person('eve');
      for (const id of [ada, eve]) await test.putInto('editors', id);
      test.log.lines.length = 0;
      expect(await groups.remove('editors', false, HERE)).toEqual({ outcome: 'has-people', people: 2 });
      expect(events()).toEqual([]);
      expect(await groups.remove('editors', true, HERE)).toEqual({ outcome: 'removed', people: 2 });
      expect([await groups.all(), await namesOf(ada), await namesOf(eve)]).toEqual([[], [], []]);
      expect(events().sort()).toEqual(
        [
          ['group_left', ada, 'editors'],
          ['group_left', eve, 'editors'],
          ['group_removed', null, 'editors'],
        ].sort(),
      );
      expect(await groups.remove('editors', true, HERE)).toEqual({ outcome: 'unknown' });
    });

    it('that is removed while somebody comes into it takes nobody with it unawares', async () => {
      const people = await Promise.all(TWENTY.map(n => test.person(`person-${n}`)));
      await groups.add('editors', HERE);
      const [removed, ...joined] = await Promise.all([
        groups.remove('editors', false, HERE),
        ...people.map(id => change(id, { join: ['editors'] })),
      ]);
      const rows = await test.sql('SELECT 1 FROM group_members');
      const isIn = joined.filter(({ outcome }) => outcome === 'changed');
      if (removed.outcome === 'removed') expect([isIn, rows]).toEqual([[], []]);
      else expect(rows).toHaveLength(isIn.length);
      for (const { outcome } of joined) expect(['changed', 'unknown-group']).toContain(outcome);
    });
  });

  describe('the groups of a person', () => {
    it('change all together, and only what changed is recorded', async () => {
      for (const name of ['a', 'b', 'c']) await groups.add(name, HERE);
      await change(ada, { join: ['a', 'b'] });
      test.log.lines.length = 0;
      expect(await change(ada, { join: ['c', 'b'], leave: ['a'] })).toEqual({
        outcome: 'changed',
        groups: ['b', 'c'],
      });
      expect(await namesOf(ada)).toEqual(['b', 'c']);
      expect(events()).toEqual([
        ['group_joined', ada, 'c'],
        ['group_left', ada, 'a'],
      ]);
      expect(await change(ada, { leave: ['a'] })).toEqual({ outcome: 'changed', groups: ['b', 'c'] });
      expect(events()).toHaveLength(2);
    });

    it('stay as they are where one of the groups is not there', async () => {
      await test.putInto('a', ada);
      expect(await change(ada, { join: ['nothing'], leave: ['a'] })).toEqual({
        outcome: 'unknown-group',
        name: 'nothing',
      });
      expect(await change(ada, { leave: ['a', 'nothing'] })).toMatchObject({ name: 'nothing' });
      expect(await namesOf(ada)).toEqual(['a']);
    });

    it('are joined once by twenty who put them in at once', async () => {
      await groups.add('editors', HERE);
      test.log.lines.length = 0;
      const done = await Promise.all(TWENTY.map(() => change(ada, { join: ['editors'] })));
      expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['changed']));
      expect(events()).toEqual([['group_joined', ada, 'editors']]);
    });

    it('are nobody’s where they are deleted meanwhile', async () => {
      await groups.add('editors', HERE);
      const person = { id: ada, email: null };
      const [deleted, joined] = await Promise.all([
        test.get(DeletePerson).delete({ person, origin: HERE }),
        change(ada, { join: ['editors'] }),
      ]);
      expect([deleted, ['changed', 'gone'].includes(joined.outcome)]).toEqual([true, true]);
      expect(await change(ada, { join: ['editors'] })).toEqual({ outcome: 'gone' });
      expect(await test.sql('SELECT 1 FROM group_members')).toEqual([]);
    });

    it('go with them also where a node of the build before deletes them, which knows of none', async () => {
      await test.putInto('editors', ada);
      await test.sql('DELETE FROM users WHERE id = $1', [ada]);
      expect(await test.sql('SELECT 1 FROM group_members')).toEqual([]);
      expect(await groups.all()).toHaveLength(1);
    });
  });

  describe('on the pages of their person', () => {
    it('stand in the profile, by name, if there are any', async () => {
      const visitor = await test.signedIn('ada');
      expect((await visitor.get('/account')).body).not.toContain('<dt>Groups</dt>');
      for (const name of ['staff', 'editors']) await test.putInto(name, ada);
      expect((await visitor.get('/account')).body).toContain(
        '<dt>Groups</dt><dd><ul><li>editors</li><li>staff</li></ul></dd>',
      );
    });

    it('are part of what they take away, with since when', async () => {
      await test.putInto('editors', ada);
      const { body } = await (await test.signedIn('ada')).get('/account/data');
      const { account } = JSON.parse(body) as { account: { groups: object[] } };
      expect(account.groups).toEqual([{ name: 'editors', since: '2026-11-23T12:00:00.000Z' }]);
    });

    it('are told in their activity when they change', async () => {
      await test.putInto('editors', ada);
      await groups.remove('editors', true, HERE);
      await test.get(AuditLog).settled();
      const { body } = await (await test.signedIn('ada')).get('/account/activity');
      expect(body).toContain('The account was put into the group “editors”');
      expect(body).toContain('The account was taken out of the group “editors”');
    });
  });
});
