import { Transaction } from '../src/database/transaction.js';
import { SignIns } from '../src/sessions/sign-ins.js';
import { OPTIONAL_REDIS } from '../src/redis/redis.module.js';
import type { Redis } from '../src/redis/redis.js';
import { RedisVersions } from '../src/sessions/redis-versions.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** What is true of Redis alone. */
const STORES = { stores: 'sqlite+redis' } as const;

let test: TestApp;
let id: string;
beforeEach(async () => {
  test = await TestApp.start({}, [], STORES);
  id = await test.person('ada');
});
afterEach(() => test.close());

const listed = async (visitor: Visitor) =>
  (await visitor.get('/account/devices')).body.match(/IP address|127\.0\.0\.1/g)?.length ?? 0;

describe('a session that came back with a copy of Redis, after it was ended', () => {
  it('opens nothing, and stands in no list of devices', async () => {
    const [other, ada] = [await test.signedIn(), await test.signedIn()];
    const both = await listed(ada);
    const sessions = (await test.stores.keys()).filter(key => key.startsWith('session:'));
    const copies = await Promise.all(sessions.map(key => test.stores.redis('GET', key)));
    expect((await ada.postForm('/account/devices/end-others')).status).toBe(303);
    // As when all were ended one by one: no version tells.
    await test.sql('UPDATE users SET sessions_version = 0');
    for (const [n, key] of sessions.entries()) {
      await test.stores.redis('SET', key, String(copies[n]), 'PX', '60000');
      const end = String(test.clock.now() + 60_000);
      await test.stores.redis('ZADD', `sessions-of:${id}`, end, key.slice('session:'.length));
    }
    expect((await other.get('/welcome')).status).toBe(303);
    expect((await ada.get('/welcome')).status).toBe(200);
    expect([both, await listed(ada)]).toEqual([2, 1]);
  });
});

describe('the version under which a session is kept when all others end', () => {
  it('is another one for every process that asks, also in the same millisecond', async () => {
    const redis = test.app.get<Redis>(OPTIONAL_REDIS);
    const processes = [new RedisVersions(redis), new RedisVersions(redis)];
    const now = test.clock.now();
    const asked = Array.from({ length: 20 }, (_, n) => processes[n % 2]!.next(now));
    const versions = await Promise.all(asked);
    expect(new Set(versions).size).toBe(20);
    expect(Math.min(...versions)).toBe(now);
    expect(await processes[1]!.next(now + 60_000)).toBe(now + 60_000);
    // A clock that was put back, and a Redis that lost it.
    expect(await processes[0]!.next(now)).toBe(now + 60_001);
    await test.stores.redis('DEL', 'versions:latest');
    expect(await processes[0]!.next(now)).toBe(now);
  });

  it('is another one after a transaction that was undone', async () => {
    const ada = await test.signedIn();
    const versions: number[] = [];
    for (let turn = 0; turn < 2; turn++)
      await test
        .get(Transaction)
        .run(async manager => {
          await test.get(SignIns).end({ userId: id, except: null }, 'revoked', manager);
          const [row] = await manager.query<{ v: number }[]>(
            `SELECT sessions_version AS v FROM users WHERE id = '${id}'`,
          );
          versions.push(Number(row?.v));
          throw new Error('undone');
        })
        .catch((error: Error) => expect(error.message).toBe('undone'));
    expect(new Set(versions).size).toBe(2);
    expect((await ada.get('/welcome')).status).toBe(303);
  });
});
