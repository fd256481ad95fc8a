import type { EntityManager } from 'typeorm';
import { hours, minutes } from '../../src/kernel/durations.js';
import { type ContractTest, NOW, sessionOf, USUAL } from './store-under-test.js';

/** What holds although the store has lost track of which sessions a person has, as a Redis may that evicts. */
export function lostIndexContract(part: () => ContractTest): void {
  const areLive = async (...idHashes: string[]) => {
    const found = await Promise.all(idHashes.map(idHash => part().store.find(idHash, NOW)));
    return found.map(live => live !== null);
  };
  /** Sessions that the store does not know to be this person's. */
  const unlisted = async (count: number) => {
    const { test, ada, inserted } = part();
    const sessions = await Promise.all([...Array(count).keys()].map(() => inserted()));
    await test.loseIndex(ada);
    return sessions.map(({ idHash }) => idHash);
  };
  const transaction = <T>(work: (within: EntityManager) => Promise<T>) =>
    part().test.stores.transaction.run(work);

  it('ends all sessions', async () => {
    const { store, ada } = part();
    const sessions = await unlisted(3);
    await store.deleteAllOf(ada);
    expect(await areLive(...sessions)).toEqual([false, false, false]);
  });

  it('ends all sessions in the transaction it is given', async () => {
    const { store, ada } = part();
    const sessions = await unlisted(2);
    await transaction(within => store.deleteAllOf(ada, { within }));
    expect(await areLive(...sessions)).toEqual([false, false]);
  });

  it('ends none of them where that transaction is not kept', async () => {
    const { store, ada } = part();
    const sessions = await unlisted(2);
    const undone = transaction(async within => {
      await store.deleteAllOf(ada, { within, except: sessions[0] });
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await areLive(...sessions)).toEqual([true, true]);
  });

  it('ends what was kept in a transaction that was not kept, the next time', async () => {
    const { test, store, ada } = part();
    const sessions = await unlisted(2);
    const undone = transaction(async within => {
      await store.deleteAllOf(ada, { within, except: sessions[0] });
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await test.loseIndex(ada);
    await store.deleteAllOf(ada);
    expect(await areLive(...sessions)).toEqual([false, false]);
  });

  it('ends all but one, which is listed again', async () => {
    const { test, store, ada, namesOf } = part();
    const [kept = '', ...others] = await unlisted(3);
    await store.deleteAllOf(ada, { except: kept });
    expect(await areLive(kept, ...others)).toEqual([true, false, false]);
    expect(await namesOf()).toEqual([kept]);
    await test.loseIndex(ada);
    await store.deleteAllOf(ada, { except: kept });
    expect(await areLive(kept)).toEqual([true]);
    await test.loseIndex(ada);
    await store.deleteAllOf(ada);
    expect(await areLive(kept)).toEqual([false]);
  });

  it('keeps of the one that stays all it held', async () => {
    const { test, store, ada, inserted } = part();
    const odd = { userAgent: '","",77]', data: '{"a":"]\\n[,1]"}' };
    const sessions = [await inserted(), await inserted(odd), await inserted({ userAgent: '' })];
    for (const session of sessions) {
      await test.loseIndex(ada);
      expect(await store.find(session.idHash, NOW)).toMatchObject({ session });
      await store.deleteAllOf(ada, { except: session.idHash });
      expect((await store.find(session.idHash, NOW))?.session).toEqual(session);
      // Those that are still to come are new ones of the same shape.
      for (const other of sessions) await store.delete(other.idHash);
      for (const other of sessions) await store.insert(other, USUAL);
    }
  });

  it('keeps none that was ended before, and none of somebody else', async () => {
    const { test, store, ada, inserted } = part();
    const eve = await test.addPerson();
    const hers = await inserted({}, eve);
    const [ended = ''] = await unlisted(1);
    await store.deleteAllOf(ada);
    await store.deleteAllOf(ada, { except: ended });
    await store.deleteAllOf(ada, { except: hers.idHash });
    expect(await areLive(ended, hers.idHash)).toEqual([false, true]);
    await store.deleteAllOf(eve);
    expect(await areLive(hers.idHash)).toEqual([false]);
  });

  it('ends nothing of anybody else', async () => {
    const { test, store, ada, inserted } = part();
    const eve = await test.addPerson();
    const hers = await inserted({}, eve);
    await test.loseIndex(eve);
    await unlisted(1);
    await store.deleteAllOf(ada);
    expect(await areLive(hers.idHash)).toEqual([true]);
  });

  it('lets no slow request bring an ended session back', async () => {
    const { store, ada, inserted, test } = part();
    const session = await inserted();
    await test.loseIndex(ada);
    await store.deleteAllOf(ada);
    await store.update(session, new Map([['a', '1']]));
    await store.touch({ ...session, lastSeenAt: NOW + minutes(1), idleExpiresAt: NOW + minutes(61) });
    expect(await store.find(session.idHash, NOW + minutes(1))).toBeNull();
    expect(await store.listOf(ada, NOW + minutes(1))).toEqual([]);
    expect(await store.deleteOf(ada, session.publicId)).toEqual([]);
    expect(await store.deleteAllOf(ada)).toEqual([]);
  });

  it('renews no session that was ended meanwhile', async () => {
    const { store, ada } = part();
    const [ended = ''] = await unlisted(1);
    await store.deleteAllOf(ada);
    const late = sessionOf(ada);
    const done = await store.insert(late, { ...USUAL, replaces: ended, onlyInPlace: true });
    expect(done.outcome).toBe('refused');
    expect(await areLive(ended, late.idHash)).toEqual([false, false]);
  });

  it('knows of one session whether it still lives, as a transaction sees it', async () => {
    const { test, store, ada, inserted } = part();
    const session = await inserted();
    await test.loseIndex(ada);
    const isLive = (now = NOW) => transaction(within => store.isLive(session, now, within));
    expect([await isLive(), await isLive(NOW + hours(2))]).toEqual([true, false]);
    await store.deleteAllOf(ada);
    expect(await isLive()).toBe(false);
  });

  it('clears an ended session away when somebody comes with it', async () => {
    const { store, ada } = part();
    const [ended = ''] = await unlisted(1);
    await store.deleteAllOf(ada);
    expect(await areLive(ended)).toEqual([false]);
    expect(await store.delete(ended)).toBeNull();
  });

  it('lets a session go on that begins after all were ended', async () => {
    const { test, store, ada, inserted } = part();
    await unlisted(1);
    await store.deleteAllOf(ada);
    const { idHash } = await inserted();
    await test.loseIndex(ada);
    expect(await areLive(idHash)).toEqual([true]);
  });

  it('lets a sign-in that waited for the end of all go on', async () => {
    const { test, store, ada } = part();
    const late = sessionOf(ada);
    let signingIn: Promise<unknown> = Promise.resolve();
    await transaction(async within => {
      await store.deleteAllOf(ada, { within });
      signingIn = store.insert(late, USUAL);
    });
    expect(await signingIn).toMatchObject({ outcome: 'inserted' });
    await test.loseIndex(ada);
    expect(await areLive(late.idHash)).toEqual([true]);
  });

  it('ends a sign-in that it waited for', async () => {
    const { test, store, ada } = part();
    const early = sessionOf(ada);
    let ending: Promise<unknown> = Promise.resolve();
    await transaction(async within => {
      await store.insert(early, { ...USUAL, within });
      ending = store.deleteAllOf(ada);
      await test.loseIndex(ada);
    });
    await ending;
    expect(await areLive(early.idHash)).toEqual([false]);
  });

  it('takes nobody for ended whose session is kept at that moment', async () => {
    const { test, store, ada } = part();
    const [kept = ''] = await unlisted(1);
    for (let round = 0; round < 10; round++) {
      await test.loseIndex(ada);
      const visits = [...Array(8).keys()].map(() => areLive(kept));
      const [, ...live] = await Promise.all([store.deleteAllOf(ada, { except: kept }), ...visits]);
      expect(live.flat()).toEqual(Array(8).fill(true));
    }
  });

  it.each([{}, { remembered: true, idleExpiresAt: null }])(
    'lists a session again once somebody has come back with it: %j',
    async changes => {
      const { test, store, ada, inserted } = part();
      const session = await inserted(changes);
      await test.loseIndex(ada);
      const idleExpiresAt = session.idleExpiresAt === null ? null : NOW + minutes(61);
      await store.touch({ ...session, lastSeenAt: NOW + minutes(1), idleExpiresAt });
      expect(await store.listOf(ada, NOW + minutes(1))).toHaveLength(1);
    },
  );
}
