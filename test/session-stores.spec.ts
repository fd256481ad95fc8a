import { Logger } from '@nestjs/common';
import { openStores } from './contracts/open-stores.js';
import { sessionStoreContract } from './contracts/session-store.contract.js';
import { OwnRedis } from './support/own-redis.js';
import { STORE_KINDS } from './support/stores.js';

beforeAll(() => Logger.overrideLogger(false));

describe.each(STORE_KINDS)('sessions in %s', kind => sessionStoreContract(() => openStores(kind)));

describe('sessions in a Redis Cluster', () => {
  let cluster: OwnRedis;
  beforeAll(async () => (cluster = await OwnRedis.start({ cluster: true })));
  afterAll(() => cluster.stop());

  // Keys of one command that lie in two slots are an error there.
  sessionStoreContract(() => openStores('sqlite+redis', { redisUrl: cluster.clusterUrls }));
});
