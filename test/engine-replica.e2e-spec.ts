import { setTimeout as pause } from 'node:timers/promises';
import { OwnRedis } from './support/own-redis.js';
import { OwnSentinels } from './support/own-sentinels.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const start = (url: string) => TestApp.start({ REDIS_URL: url }, [], { stores: 'sqlite' });

describe('a Redis that is a replica', () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await OwnRedis.start();
  });
  afterAll(() => redis.stop());

  it('is refused at the start, with what to name instead', async () => {
    await redis.command('REPLICAOF', '127.0.0.1', '1');
    await expect(start(redis.url)).rejects.toThrow(
      /^REDIS_URL: Redis cannot be used: it is a replica.*Name the primary.*redis\+sentinel:\/\/.*Then start again\.$/,
    );
    await redis.command('REPLICAOF', 'NO', 'ONE');
  });

  it('is not used any more where it becomes one later: 503 until it takes writes again', async () => {
    const test = await start(redis.url);
    try {
      await test.person('ada');
      const ada = await test.signedIn();
      // The very first answers of a program may take longer than Redis may.
      test.log.lines.length = 0;
      const session = async () => (await ada.get('/session')).status;
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(503);
      // It could still be read, but what it knows may be old.
      expect(await session()).toBe(503);
      expect((await test.visitor().get('/health/ready')).status).toBe(503);
      expect(test.log.events('sys_redis_lost')).toHaveLength(1);
      await redis.command('REPLICAOF', 'NO', 'ONE');
      while ((await session()) !== 200) await pause(20);
      expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
      expect(test.log.events('sys_error').every(({ status }) => status === 503)).toBe(true);
    } finally {
      await test.close();
    }
  });
});

it('Sentinels and their Redis may each have a password, and a database of its own', async () => {
  const redis = await OwnRedis.start();
  await redis.command('ACL', 'SETUSER', 'gate', 'on', '>se/cret', '~*', '+@all');
  // As docs/operations.md has it.
  const settings = ['user gate on >own nocommands +sentinel|get-master-addr-by-name'];
  const sentinels = await OwnSentinels.start(redis.port, 0, { count: 1, password: 'wa+tch', settings });
  const url = (user: string, more: string) => `${sentinels.url.replace('//', `//${user}@`)}/3${more}`;
  const own = '?sentinel_password=wa+tch';
  const test = await start(url('gate:se%2Fcret', own));
  try {
    await test.person('ada');
    expect((await (await test.signedIn()).get('/session')).status).toBe(200);
    expect(String(await redis.command('INFO', 'keyspace'))).toMatch(/db3:keys=\d+/);
    const limited = '?sentinel_username=gate&sentinel_password=own';
    await (await start(url('gate:se%2Fcret', limited))).close();
    await expect(start(url('gate:se%2Fcret', ''))).rejects.toThrow(/NOAUTH.*Check the name and the password/);
    await expect(start(url('gate:other', own))).rejects.toThrow(/WRONGPASS.*Check the name and the password/);
  } finally {
    await test.close();
    await sentinels.stop();
    await redis.stop();
  }
});
