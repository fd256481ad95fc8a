import { minutes } from '../../src/kernel/durations.js';
import { type ContractTest, HASH, NOW, sessionOf, USUAL } from './store-under-test.js';

/** How sessions begin and are found. */
export function beginningContract(part: () => ContractTest): void {
  describe('find', () => {
    it('gives the session as it was inserted, with its person', async () => {
      const { store, ada, inserted } = part();
      const session = await inserted({ remembered: true, idleExpiresAt: null, data: '{"a":"\u2028 ü"}' });
      const found = await store.find(session.idHash, NOW);
      expect(found?.session).toEqual(session);
      expect(found?.person).toMatchObject({ id: ada, role: 'user' });
      expect(JSON.stringify(found?.person)).not.toContain(HASH);
    });

    it('gives null for an id that nobody has', async () => {
      const { store, inserted } = part();
      const { idHash } = await inserted();
      for (const other of [
        '',
        'nothing',
        idHash.slice(0, -1),
        `${idHash} `,
        "' OR 1=1 --",
        idHash.toUpperCase(),
      ])
        expect(await store.find(other, NOW)).toBeNull();
    });

    it('gives null from the very instant that either clock runs out', async () => {
      const { store, inserted } = part();
      const idle = await inserted({ idleExpiresAt: NOW + minutes(5) });
      const absolute = await inserted({ idleExpiresAt: null, expiresAt: NOW + minutes(5) });
      for (const { idHash } of [idle, absolute]) {
        expect(await store.find(idHash, NOW + minutes(5) - 1)).not.toBeNull();
        expect(await store.find(idHash, NOW + minutes(5))).toBeNull();
      }
    });

    it('gives null once the person is disabled', async () => {
      const { test, store, ada, inserted } = part();
      const { idHash } = await inserted();
      await test.disable(ada);
      expect(await store.find(idHash, NOW)).toBeNull();
    });

    it('gives null once the person is gone', async () => {
      const { test, store, ada, inserted } = part();
      const { idHash } = await inserted();
      await test.remove(ada);
      expect(await store.find(idHash, NOW)).toBeNull();
    });

    it('gives each of many who ask at once their own', async () => {
      const { test, store, ada, inserted } = part();
      const eve = await test.addPerson();
      const sessions = await Promise.all([...Array(10).keys()].map(n => inserted({}, n % 2 ? eve : ada)));
      const asked = [...sessions, ...sessions].map(({ idHash }) => idHash).concat('nothing');
      const found = await Promise.all(asked.map(idHash => store.find(idHash, NOW)));
      expect(found.map(live => live?.session.idHash ?? 'nothing')).toEqual(asked);
      expect(found.slice(0, 10).map(live => live?.person.id)).toEqual(sessions.map(({ userId }) => userId));
    });
  });

  describe('insert', () => {
    it('puts the new session in place of this browser’s old one', async () => {
      const { store, ada, inserted, namesOf } = part();
      const [old, other] = [await inserted(), await inserted()];
      const next = sessionOf(ada);
      await store.insert(next, { ...USUAL, replaces: old.idHash });
      expect((await namesOf()).sort()).toEqual([other.idHash, next.idHash].sort());
    });

    it('does not mind that the old one is gone already', async () => {
      const { store, ada } = part();
      const done = await store.insert(sessionOf(ada), { ...USUAL, replaces: 'nothing' });
      expect(done.outcome).toBe('inserted');
    });

    it('may insist on the old one: where that has ended meanwhile, it is refused and writes nothing', async () => {
      const { store, ada, inserted, namesOf } = part();
      const old = await inserted();
      const insist = { ...USUAL, replaces: old.idHash, onlyInPlace: true };
      const [first, second] = [sessionOf(ada), sessionOf(ada)];
      expect((await store.insert(first, insist)).outcome).toBe('inserted');
      expect((await store.insert(second, insist)).outcome).toBe('refused');
      expect(await namesOf()).toEqual([first.idHash]);
    });

    it('keeps at most `cap` sessions, the longest unused go, and tells which', async () => {
      const { store, ada, inserted, namesOf } = part();
      const seen = [3, 1, 2].map(n => ({ lastSeenAt: NOW + minutes(n) }));
      const [third, first, second] = [
        await inserted(seen[0]),
        await inserted(seen[1]),
        await inserted(seen[2]),
      ];
      const done = await store.insert(sessionOf(ada, { lastSeenAt: NOW }), { ...USUAL, cap: 2 });
      if (done.outcome !== 'inserted') throw new Error(done.outcome);
      expect(done.ended.map(({ idHash }) => idHash).sort()).toEqual([first.idHash, second.idHash].sort());
      expect(await namesOf()).toHaveLength(2);
      expect(await namesOf()).toContain(third.idHash);
    });

    it('counts one person’s sessions apart from another’s', async () => {
      const { test, store, ada, inserted, namesOf } = part();
      const eve = await test.addPerson();
      const hers = await inserted({}, eve);
      await store.insert(sessionOf(ada), { ...USUAL, cap: 1 });
      expect(await namesOf(eve)).toEqual([hers.idHash]);
    });

    it('keeps the cap when many sign in at once', async () => {
      const { store, ada, namesOf } = part();
      await Promise.all([...Array(15).keys()].map(() => store.insert(sessionOf(ada), { ...USUAL, cap: 5 })));
      expect(await namesOf()).toHaveLength(5);
    });

    it.each([
      [
        'the password changed meanwhile',
        ({ test, ada }: ContractTest) => test.setPasswordHash(ada, 'another'),
      ],
      ['the person was disabled meanwhile', ({ test, ada }: ContractTest) => test.disable(ada)],
      ['the person was deleted meanwhile', ({ test, ada }: ContractTest) => test.remove(ada)],
    ])('is refused and writes nothing where %s', async (_, meanwhile) => {
      const { store, ada, inserted } = part();
      const old = await inserted();
      await meanwhile(part());
      const late = sessionOf(ada);
      const done = await store.insert(late, { ...USUAL, replaces: old.idHash });
      expect(done).toEqual({ outcome: 'refused' });
      expect(await store.delete(late.idHash)).toBeNull();
    });
  });
}
