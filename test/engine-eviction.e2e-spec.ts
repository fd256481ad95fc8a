import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './support/free-port.js';
import { OwnRedis } from './support/own-redis.js';
import { TestApp } from './support/test-app.js';

const EVICTS = ['--maxmemory-policy', 'allkeys-lru'];

/** What the server said about eviction when it started, or since. */
const warnings = (test: TestApp) =>
  test.log.lines.filter(({ message }) => String(message).includes('maxmemory-policy'));
const readiness = async (test: TestApp) => {
  const { status, body } = await test.visitor().get('/health/ready');
  expect(status).toBe(200);
  return JSON.parse(body) as { status: string; redis?: { maxmemoryPolicy: string; warning: string } };
};

describe('a Redis that throws keys away when its memory is full', () => {
  let redis: OwnRedis;
  let test: TestApp;
  const start = async (options: readonly string[], url = (it: OwnRedis) => it.url) => {
    redis = await OwnRedis.start({ options });
    test = await TestApp.start({ REDIS_URL: url(redis) }, [], { stores: 'sqlite' });
  };
  afterEach(async () => {
    await test.close();
    await redis.stop();
  });

  it('is spoken of at the start and in the readiness check, with what to set', async () => {
    await start(EVICTS);
    expect(warnings(test)).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: expect.stringMatching(/allkeys-lru.+guessed.+Set maxmemory-policy to noeviction\.$/),
      }),
    ]);
    const { status, redis: said } = await readiness(test);
    expect([status, said?.maxmemoryPolicy]).toEqual(['ok', 'allkeys-lru']);
    expect(said?.warning).toContain('Set maxmemory-policy to noeviction.');
  });

  it('is spoken of on the page of devices, because the list may lack some', async () => {
    await start(EVICTS);
    await test.person();
    const [other, ada] = [await test.signedIn(), await test.signedIn()];
    const { body } = await ada.get('/account/devices');
    expect(body).toContain('may not list all your other sessions right now');
    await ada.postForm('/account/devices/end-others');
    expect((await other.get('/session')).status).toBe(401);
  });

  it('is noticed when that is set later, once, and forgotten when it is mended', async () => {
    await start([]);
    expect(await readiness(test)).toEqual({ status: 'ok' });
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    for (let turn = 0; turn < 2; turn++)
      expect((await readiness(test)).redis?.maxmemoryPolicy).toBe('volatile-ttl');
    expect(warnings(test)).toHaveLength(1);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect(await readiness(test)).toEqual({ status: 'ok' });
  });

  it('is not asked for what the server may not know', async () => {
    redis = await OwnRedis.start({ options: EVICTS });
    const rules = ['~*', '+@all', '-@dangerous', '-info', '-config'];
    await redis.command('ACL', 'SETUSER', 'gatehouse', 'on', '>secret', 'resetkeys', ...rules);
    test = await TestApp.start({ REDIS_URL: redis.url.replace('//', '//gatehouse:secret@') }, [], {
      stores: 'sqlite',
    });
    expect(warnings(test)).toEqual([]);
    expect(await readiness(test)).toEqual({ status: 'ok' });
  });
});

it('of a Redis Cluster every master is asked', async () => {
  const node = async (options: readonly string[]) =>
    OwnRedis.start({
      options: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), ...options],
    });
  const [one, other] = [await node([]), await node(EVICTS)];
  await one.command('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
  await other.command('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
  const busPort = /cluster_port|cluster-port\n(\d+)/.exec(
    [await other.command('CONFIG', 'GET', 'cluster-port')].flat().join('\n'),
  )?.[1];
  await one.command('CLUSTER', 'MEET', '127.0.0.1', String(other.port), busPort ?? '');
  const isWhole = async (redis: OwnRedis) =>
    /cluster_state:ok[^]*cluster_known_nodes:2/.test(String(await redis.command('CLUSTER', 'INFO')));
  while (!(await isWhole(one)) || !(await isWhole(other))) await pause(20);
  const test = await TestApp.start({ REDIS_URL: `${one.url},${other.url}` }, [], { stores: 'sqlite' });
  try {
    expect(warnings(test)).toHaveLength(1);
    expect((await readiness(test)).redis?.maxmemoryPolicy).toBe('allkeys-lru');
  } finally {
    await test.close();
    await one.stop();
    await other.stop();
  }
});
