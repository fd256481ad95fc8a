import { hours, minutes } from '../../src/kernel/durations.js';
import { Unavailable } from '../../src/kernel/unavailable.js';
import type { Session, SessionStore } from '../../src/sessions/session-store.js';
import { beginningContract } from './beginning-sessions.contract.js';
import { endingContract } from './ending-sessions.contract.js';
import { lostIndexContract } from './lost-index.contract.js';
import type { OpenStores } from './open-stores.js';
import { sessionDataContract } from './session-data.contract.js';
import { NOW, sessionOf, StoreUnderTest, USUAL } from './store-under-test.js';

/** Sets one key. */
const A = new Map([['a', '1']]);

/** What every session store must do: the comments of `SessionStore`, as tests. */
export function sessionStoreContract(open: () => Promise<OpenStores>): void {
  let test: StoreUnderTest;
  let store: SessionStore;
  let ada: string;

  beforeEach(async () => {
    test = new StoreUnderTest(await open());
    ({ store } = test);
    ada = await test.addPerson();
  });
  afterEach(() => test.stores.close());

  const inserted = async (changes: Partial<Session> = {}, userId = ada): Promise<Session> => {
    const session = sessionOf(userId, changes);
    expect(await store.insert(session, USUAL)).toEqual({ outcome: 'inserted', ended: [] });
    return session;
  };
  const namesOf = async (userId = ada) => (await store.listOf(userId, NOW)).map(({ idHash }) => idHash);

  const part = () => ({ test, store, ada, inserted, namesOf });

  beginningContract(part);

  describe('find', () => {
    it('brings the person’s groups along, sorted, as they are by then', async () => {
      const [{ idHash }, other] = [await inserted(), await inserted({}, await test.addPerson())];
      const groups = async (name: string) => (await store.find(name, NOW))?.person.groups;
      expect(await groups(idHash)).toEqual([]);
      for (const name of ['b', 'a_1', 'a.1', 'a-1', '0']) await test.putInto(name, ada);
      expect(await groups(idHash)).toEqual(['0', 'a-1', 'a.1', 'a_1', 'b']);
      expect(await groups(other.idHash)).toEqual([]);
    });
  });

  describe('factsOf', () => {
    it('tells the clocks of each of many sessions that are asked for at once, as they are by then', async () => {
      const sessions: Awaited<ReturnType<typeof inserted>>[] = [];
      for (let each = 0; each < 20; each += 1) sessions.push(await inserted({ lastSeenAt: NOW - each }));
      const factsNow = () =>
        Promise.all(
          sessions.map(async ({ idHash }) => {
            // What a statement that joins sessions would have found beside.
            const joined = test.stores.redis === null ? await test.joinedFacts(idHash) : null;
            const facts = await store.factsOf(idHash, joined);
            return facts === null ? null : { idHash: facts.idHash, lastSeenAt: facts.lastSeenAt };
          }),
        );
      const known = sessions.map(({ idHash, lastSeenAt }) => ({ idHash, lastSeenAt }));
      expect(await factsNow()).toEqual(known);
      const [ended] = sessions;
      if (ended !== undefined) await store.delete(ended.idHash);
      expect(await factsNow()).toEqual([null, ...known.slice(1)]);
    });
  });

  describe('update and touch', () => {
    const activity = {
      lastSeenAt: NOW + minutes(5),
      idleExpiresAt: NOW + minutes(65),
      expiresAt: NOW + hours(24),
    };

    it('change their session and say so', async () => {
      const session = await inserted();
      const { idHash, userId } = session;
      expect(await store.update(session, A)).toBe(true);
      expect(await store.touch({ idHash, userId, ...activity })).toBe(true);
      const found = await store.find(idHash, NOW + minutes(64));
      expect(found?.session).toEqual({ ...session, ...activity, data: '{"csrf":"x","a":1}' });
    });

    it('write all clocks of a session anew, and nothing else of it', async () => {
      const [session, other] = [await inserted(), await inserted()];
      const clocks = {
        createdAt: NOW - minutes(2),
        authenticatedAt: NOW - minutes(1),
        lastSeenAt: NOW,
        idleExpiresAt: NOW + minutes(3),
        expiresAt: NOW + minutes(4),
      };
      await store.update(session, A);
      expect(await store.setClocks({ ...session, ...clocks })).toBe(true);
      const found = await store.find(session.idHash, NOW + minutes(2));
      expect(found?.session).toEqual({ ...session, ...clocks, data: '{"csrf":"x","a":1}' });
      expect(await store.find(session.idHash, NOW + minutes(3))).toBeNull();
      expect((await store.find(other.idHash, NOW))?.session).toEqual(other);
    });

    it('leave every other session alone', async () => {
      const [mine, other] = [await inserted(), await inserted()];
      await store.update(mine, A);
      await store.touch({ idHash: mine.idHash, userId: ada, ...activity });
      expect((await store.find(other.idHash, NOW))?.session).toEqual(other);
    });

    it('never bring a session back that was ended', async () => {
      const session = await inserted();
      const { idHash } = session;
      await store.delete(idHash);
      expect(await store.update(session, A)).toBe(false);
      expect(await store.update({ idHash, data: '{"other":1}' }, A)).toBe(false);
      expect(await store.touch({ idHash, userId: ada, ...activity })).toBe(false);
      expect(await store.setClocks(sessionOf(ada, { idHash }))).toBe(false);
      expect(await store.find(idHash, NOW)).toBeNull();
    });

    it('never bring one back that is being ended at the same time', async () => {
      const sessions = await Promise.all([...Array(10).keys()].map(() => inserted()));
      await Promise.all(
        sessions.flatMap(({ idHash, data }, index) => {
          const slow = [
            store.update({ idHash, data: index % 3 ? data : '{}' }, A),
            store.touch({ idHash, userId: ada, ...activity }),
          ];
          return index % 2 ? [store.delete(idHash), ...slow] : [...slow, store.delete(idHash)];
        }),
      );
      expect(await namesOf()).toEqual([]);
    });
  });

  describe('changes of the data', () => sessionDataContract(part));

  endingContract(part);

  describe('where the store has lost track of a person’s sessions', () => lostIndexContract(part));

  describe('a store that cannot answer', () => {
    it('throws Unavailable from every method, and never says “nobody”', async () => {
      const session = await inserted();
      const { idHash, publicId } = session;
      await test.stores.breakDown();
      const asked = [
        () => store.find(idHash, NOW),
        () => store.insert(sessionOf(ada), USUAL),
        () => store.update(session, A),
        () => store.touch(session),
        () => store.delete(idHash),
        () => store.listOf(ada, NOW),
        () => store.deleteOf(ada, publicId),
        () => store.deleteAllOf(ada),
        ...(test.forgets ? [] : [() => store.deleteExpired(NOW, 10)]),
      ];
      for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(Unavailable);
    });
  });
}
