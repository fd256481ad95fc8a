import { hours, minutes } from '../../src/kernel/durations.js';
import { type ContractTest, NOW } from './store-under-test.js';

/** How sessions are listed and end. */
export function endingContract(part: () => ContractTest): void {
  describe('delete', () => {
    it('gives the session it ended, and null the second time', async () => {
      const { store, inserted } = part();
      const session = await inserted();
      expect(await store.delete(session.idHash)).toEqual(session);
      expect(await store.delete(session.idHash)).toBeNull();
      expect(await store.find(session.idHash, NOW)).toBeNull();
    });

    it('lets one of many who ask at once have it', async () => {
      const { store, inserted } = part();
      const { idHash } = await inserted();
      const answers = await Promise.all([...Array(20).keys()].map(() => store.delete(idHash)));
      expect(answers.filter(ended => ended !== null)).toHaveLength(1);
    });
  });

  describe('listOf', () => {
    it('gives the person’s live sessions, the last used first', async () => {
      const { test, store, ada, inserted } = part();
      await inserted({}, await test.addPerson());
      const one = await inserted({ lastSeenAt: NOW + 1 });
      const two = await inserted({ lastSeenAt: NOW + 2 });
      await inserted({ idleExpiresAt: NOW });
      await inserted({ idleExpiresAt: null, expiresAt: NOW });
      expect(await store.listOf(ada, NOW)).toEqual([two, one]);
    });

    it('is empty once the person is disabled or gone', async () => {
      const { test, inserted, namesOf, ada } = part();
      const eve = await test.addPerson();
      await inserted();
      await inserted({}, eve);
      await test.disable(ada);
      await test.remove(eve);
      expect([await namesOf(ada), await namesOf(eve)]).toEqual([[], []]);
    });
  });

  describe('deleteOf', () => {
    it('ends the session of that public name', async () => {
      const { store, inserted, namesOf, ada } = part();
      const [session, other] = [await inserted(), await inserted()];
      expect(await store.deleteOf(ada, session.publicId)).toEqual([session]);
      expect(await store.deleteOf(ada, session.publicId)).toEqual([]);
      expect(await namesOf()).toEqual([other.idHash]);
    });

    it('does not end somebody else’s', async () => {
      const { test, store, inserted, namesOf } = part();
      const session = await inserted();
      expect(await store.deleteOf(await test.addPerson(), session.publicId)).toEqual([]);
      expect(await namesOf()).toEqual([session.idHash]);
    });
  });

  describe('deleteAllOf', () => {
    it('ends all of one person’s and tells which', async () => {
      const { test, store, inserted, namesOf, ada } = part();
      const eve = await test.addPerson();
      const [one, two, hers] = [await inserted(), await inserted(), await inserted({}, eve)];
      const ended = await store.deleteAllOf(ada);
      expect(ended.map(({ idHash }) => idHash).sort()).toEqual([one.idHash, two.idHash].sort());
      expect([await namesOf(ada), await namesOf(eve)]).toEqual([[], [hers.idHash]]);
      expect(await store.deleteAllOf(ada)).toEqual([]);
    });

    it('keeps the one it is told to keep', async () => {
      const { store, inserted, namesOf, ada } = part();
      const [one, two] = [await inserted(), await inserted()];
      expect((await store.deleteAllOf(ada, { except: two.idHash })).map(({ idHash }) => idHash)).toEqual([
        one.idHash,
      ]);
      expect(await namesOf()).toEqual([two.idHash]);
    });
  });

  describe('deleteExpired', () => {
    it('removes what has ended, at most so many at a time, and says how many', async () => {
      const { test, store, inserted, namesOf } = part();
      const live = await inserted();
      for (let count = 0; count < 5; count++) await inserted({ idleExpiresAt: NOW - count });
      const removed = [2, 2, 2, 2].map(most => () => store.deleteExpired(NOW, most));
      const counts: number[] = [];
      for (const remove of removed) counts.push(await remove());
      expect(counts).toEqual(test.forgets ? [0, 0, 0, 0] : [2, 2, 1, 0]);
      expect(await namesOf()).toEqual([live.idHash]);
    });

    it('does not remove one that activity has prolonged', async () => {
      const { store, inserted } = part();
      const { idHash, userId, expiresAt } = await inserted();
      await store.touch({ idHash, userId, lastSeenAt: NOW, idleExpiresAt: NOW + hours(2), expiresAt });
      expect(await store.deleteExpired(NOW + minutes(90), 10)).toBe(0);
      expect(await store.find(idHash, NOW + minutes(90))).not.toBeNull();
    });
  });
}
