import { Logger } from '@nestjs/common';
import { minutes } from '../src/kernel/durations.js';
import { RedisAttemptStore } from '../src/throttle/redis-attempt-store.js';
import { attemptStoreContract } from './contracts/attempt-store.contract.js';
import { type OpenStores, openStores } from './contracts/open-stores.js';
import { OwnRedis } from './support/own-redis.js';
import { STORE_KINDS } from './support/stores.js';

beforeAll(() => Logger.overrideLogger(false));

describe.each(STORE_KINDS)('counts of failures in %s', kind => attemptStoreContract(() => openStores(kind)));

describe('counts of failures in a Redis Cluster', () => {
  let cluster: OwnRedis;
  beforeAll(async () => (cluster = await OwnRedis.start({ cluster: true })));
  afterAll(() => cluster.stop());

  attemptStoreContract(() => openStores('sqlite+redis', { redisUrl: cluster.clusterUrls }));
});

describe('counts of failures in Redis', () => {
  let stores: OpenStores;
  beforeEach(async () => (stores = await openStores('sqlite+redis')));
  afterEach(() => stores.close());

  it('go by themselves when they say nothing any more', async () => {
    if (stores.redis === null) throw new Error('There is no Redis.');
    const store = new RedisAttemptStore(stores.redis);
    const policy = { free: 3, firstDelay: 1, longestDelay: 1, memory: minutes(30) };
    await store.spend([{ key: 'one', policy }], stores.clock.now());
    const left = Number(await stores.own.redis('PTTL', '{attempts}:one'));
    expect(left).toBeGreaterThan(minutes(29));
    expect(left).toBeLessThanOrEqual(minutes(30));
    await store.giveBack([], [{ key: 'one', policy }], stores.clock.now());
    expect(await stores.own.keys()).toEqual([]);
  });
});
