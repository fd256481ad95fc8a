import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transaction } from '../src/database/transaction.js';
import { hours, minutes } from '../src/kernel/durations.js';
import { RedisSessionStore } from '../src/sessions/redis-session.store.js';
import type { Session } from '../src/sessions/session-store.js';
import { PersonLookUp } from '../src/users/person-look-up.js';
import { type OpenStores, openStores } from './contracts/open-stores.js';
import { NOW, sessionOf, StoreUnderTest, USUAL, lookUpIn } from './contracts/store-under-test.js';

beforeAll(() => Logger.overrideLogger(false));

describe('the Redis store', () => {
  let stores: OpenStores;
  let store: RedisSessionStore;
  let ada: string;
  beforeEach(async () => {
    stores = await openStores('sqlite+redis');
    const test = new StoreUnderTest(stores);
    store = test.store as RedisSessionStore;
    ada = await test.addPerson();
  });
  afterEach(() => stores.close());

  const inserted = async (changes: Partial<Session> = {}) => {
    const session = sessionOf(ada, changes);
    await store.insert(session, USUAL);
    return session;
  };
  /** The whole minutes that Redis keeps a key, the one that has begun counted as whole. */
  const lifeOf = async (key: string) => Math.ceil(Number(await stores.own.redis('PTTL', key)) / minutes(1));
  const sessionKey = ({ idHash }: Session) => `session:${idHash}`;
  /** But for the counter of versions, which is nobody's. */
  const keys = async () => (await stores.own.keys()).filter(key => key !== 'versions:latest');
  const index = () => `sessions-of:${ada}`;

  describe('lets Redis forget', () => {
    it('a session when its earlier clock runs out', async () => {
      const idle = await inserted();
      const remembered = await inserted({
        remembered: true,
        idleExpiresAt: null,
        expiresAt: NOW + hours(720),
      });
      expect(await lifeOf(sessionKey(idle))).toBe(60);
      expect(await lifeOf(sessionKey(remembered))).toBe(43200);
    });

    it('a session later after activity, and one without an idle clock when it would have', async () => {
      const idle = await inserted({ idleExpiresAt: NOW + minutes(40) });
      const remembered = await inserted({ remembered: true, idleExpiresAt: null });
      expect(await lifeOf(sessionKey(idle))).toBe(40);
      const lastSeenAt = NOW + minutes(30);
      await store.touch({ ...idle, lastSeenAt, idleExpiresAt: lastSeenAt + hours(1) });
      await store.touch({ ...remembered, lastSeenAt });
      expect(await lifeOf(sessionKey(idle))).toBe(60);
      expect(await lifeOf(sessionKey(remembered))).toBe(1440);
    });

    it('a session no later because something was put into it', async () => {
      const session = await inserted({ idleExpiresAt: NOW + minutes(3) });
      await store.update(session, new Map([['more', '"of it"']]));
      expect(await lifeOf(sessionKey(session))).toBe(3);
    });

    it('what a person has when the last of it is over', async () => {
      const long = await inserted({ idleExpiresAt: NOW + hours(20) });
      await inserted();
      expect(await lifeOf(index())).toBe(1200);
      await store.delete(long.idHash);
      expect(await lifeOf(index())).toBe(60);
    });

    it('that somebody had a session which ran out, when they come back', async () => {
      await inserted({ idleExpiresAt: NOW + minutes(1) });
      const later = NOW + minutes(2);
      const newest = await inserted({ lastSeenAt: later, idleExpiresAt: later + hours(1) });
      expect(await stores.own.redis('ZRANGE', index(), '0', '-1')).toEqual([newest.idHash]);
    });
  });

  it('leaves nothing of a person whose sessions are ended, one by one or all', async () => {
    const [one, two] = [await inserted(), await inserted(), await inserted()];
    await store.delete(one.idHash);
    await store.deleteOf(ada, two.publicId);
    await store.deleteAllOf(ada);
    expect(await keys()).toEqual([]);
  });

  it('knows of what a person has no more than there is, after many came and went at once', async () => {
    const sessions = [...Array(12).keys()].map(() => sessionOf(ada));
    await Promise.all(sessions.map(session => store.insert(session, { ...USUAL, cap: 5 })));
    const busy = sessions.flatMap(session => [
      store.touch({ ...session, lastSeenAt: NOW + minutes(1), idleExpiresAt: NOW + minutes(61) }),
      store.delete(session.idHash),
    ]);
    await Promise.all([...busy, store.deleteAllOf(ada)]);
    expect(await keys()).toEqual([]);
  });

  it('finds a session for its person again, though the index was lost, once they have come back', async () => {
    const session = await inserted();
    await stores.own.redis('DEL', index());
    expect(await store.listOf(ada, NOW)).toEqual([]);
    await store.touch({ ...session, lastSeenAt: NOW + minutes(1), idleExpiresAt: NOW + minutes(61) });
    expect(await store.listOf(ada, NOW)).toHaveLength(1);
    expect(await store.deleteAllOf(ada)).toHaveLength(1);
  });

  it('clears away what the index knows too much, at the next sign-in at the latest', async () => {
    const gone = await inserted();
    await stores.own.redis('DEL', sessionKey(gone));
    expect(await store.listOf(ada, NOW)).toEqual([]);
    await store.deleteAllOf(ada);
    expect(await keys()).toEqual([]);
  });

  it('begins no session while everything of the person is being ended, but before or after', async () => {
    const rounds = [...Array(10).keys()].map(async () => {
      const late = sessionOf(ada);
      const [done, ended] = await Promise.all([store.insert(late, USUAL), store.deleteAllOf(ada)]);
      const there = (await store.find(late.idHash, NOW)) !== null;
      return { done: done.outcome, known: there || ended.length > 0 };
    });
    for (const { done } of await Promise.all(rounds)) expect(done).toBe('inserted');
    const live = await store.listOf(ada, NOW);
    expect((await keys()).filter(key => key.startsWith('session:'))).toHaveLength(live.length);
  });

  it('ends no session where the change it belongs to was refused by the database', async () => {
    const session = sessionOf(ada);
    await stores.dataSource.query('ALTER TABLE users RENAME TO users_away');
    await expect(store.insert(session, USUAL)).rejects.toThrow();
    expect(await keys()).toEqual([]);
  });

  it('leaves a browser its old session where the new one cannot begin', async () => {
    const old = await inserted();
    await stores.own.redis('DEL', index());
    await stores.own.redis('SET', index(), 'in the way');
    await expect(store.insert(sessionOf(ada), { ...USUAL, replaces: old.idHash })).rejects.toThrow(
      'WRONGTYPE',
    );
    expect((await store.find(old.idHash, NOW))?.session.idHash).toBe(old.idHash);
  });

  it('takes a session back whose transaction was not kept', async () => {
    class Lost extends Transaction {
      override async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
        await super.run(work);
        throw new Error('The connection broke at COMMIT.');
      }
    }
    const { redis, dataSource, clock } = stores;
    if (redis === null) throw new Error('There is no Redis.');
    const parts = { redis, signIns: lookUpIn(dataSource), clock, transaction: new Lost(dataSource) };
    const losing = new RedisSessionStore(parts);
    await expect(losing.insert(sessionOf(ada), USUAL)).rejects.toThrow('COMMIT');
    expect(await keys()).toEqual([]);
  });

  it('takes a session without a version for one of version 0: it lives until all are ended', async () => {
    const session = await inserted();
    const [facts = ''] = String(await stores.own.redis('GET', sessionKey(session))).split('\n');
    expect(JSON.parse(facts.slice(30))).toHaveLength(9);
    const other = await inserted();
    await store.deleteAllOf(ada, { except: session.idHash });
    expect((await store.find(session.idHash, NOW))?.session).toEqual(session);
    expect(await store.find(other.idHash, NOW)).toBeNull();
    await stores.own.redis('SET', sessionKey(session), `${facts}\n${session.data}`);
    expect(await store.find(session.idHash, NOW)).toBeNull();
  });

  it('lets a session that is kept end when it would have', async () => {
    const session = await inserted({ idleExpiresAt: NOW + minutes(3) });
    await store.deleteAllOf(ada, { except: session.idHash });
    expect(await lifeOf(sessionKey(session))).toBe(3);
    expect(await lifeOf(index())).toBe(3);
  });

  it('takes a damaged session for none, and ends it with the others', async () => {
    for (const damaged of ['', 'garbage', '0'.repeat(30), `${'0'.repeat(30)}[1]\n{}`]) {
      const session = await inserted();
      await stores.own.redis('SET', sessionKey(session), damaged);
      expect(await store.find(session.idHash, NOW)).toBeNull();
      expect(await store.listOf(ada, NOW)).toEqual([]);
      await store.deleteAllOf(ada);
      expect(await keys()).toEqual([]);
    }
  });

  it('reads people from the database each time', async () => {
    const { idHash } = await inserted();
    const people = new PersonLookUp(stores.dataSource);
    expect((await people.find(ada))?.role).toBe('user');
    await stores.dataSource.query(`UPDATE users SET role = 'admin' WHERE id = '${ada}'`);
    expect((await store.find(idHash, NOW))?.person.role).toBe('admin');
  });
});
