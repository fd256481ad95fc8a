import { setTimeout as pause } from 'node:timers/promises';
import { OwnRedis } from './support/own-redis.js';
import { OwnSentinels } from './support/own-sentinels.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const PEOPLE = ['ada', 'ben', 'cleo'];
/** Who sign in so often that their older sessions make room for newer ones. */
const BUSY = ['dan', 'eve', 'fay'];
/** Copies are made at once, and nothing waits for the disk. */
const QUICK = ['--repl-diskless-sync-delay', '0', '--appendfsync', 'no'];

const replicaOf = ({ port }: OwnRedis) =>
  OwnRedis.start({ options: [...QUICK, '--replicaof', '127.0.0.1', String(port)] });
const start = (url: string) => TestApp.start({ REDIS_URL: url }, [], { stores: 'sqlite' });

/** In this order: each test goes on with what the one before has left. */
describe('a Redis that Sentinels look after', () => {
  let servers: readonly OwnRedis[];
  let primary: OwnRedis;
  let sentinels: OwnSentinels;
  let test: TestApp;
  let before: readonly Visitor[];
  beforeAll(async () => {
    primary = await OwnRedis.start({ options: QUICK });
    servers = [primary, await replicaOf(primary), await replicaOf(primary)];
    sentinels = await OwnSentinels.start(primary.port, 2);
    test = await start(sentinels.url);
    for (const person of [...PEOPLE, ...BUSY]) await test.person(person);
    // The very first answers of a program may take longer than Redis may.
    while ((await test.visitor().signIn('ada', PASSWORD)).status !== 303) await pause(20);
    before = await Promise.all(PEOPLE.map(person => test.signedIn(person)));
  });
  afterAll(async () => {
    await test.close();
    await sentinels.stop();
    for (const server of servers) await server.stop();
  });

  const statusOf = async (visitor: Visitor) => (await visitor.get('/session')).status;
  const at = (port: number) => servers.find(server => server.port === port) ?? primary;

  /** People sign in again and again until they are told to stop. @returns what they were answered. */
  const signInMeanwhile = () => {
    let over = false;
    const statuses: number[] = [];
    const work = BUSY.map(async person => {
      while (!over) {
        statuses.push((await test.visitor().signIn(person, PASSWORD)).status);
        await pause(10);
      }
    });
    return async () => {
      over = true;
      await Promise.all(work);
      return statuses;
    };
  };

  /** Everything works on the new primary: those who signed in before are in, and those who do now stay so. */
  const goesOn = async () => {
    while ((await test.visitor().signIn('ada', PASSWORD)).status !== 303) await pause(20);
    const now = await Promise.all(PEOPLE.map(person => test.signedIn(person)));
    expect(await Promise.all([...before, ...now].map(statusOf))).toEqual([...before, ...now].map(() => 200));
    // It asks on a connection of its own, which may come a moment later.
    while ((await test.visitor().get('/health/ready')).status !== 200) await pause(20);
    expect(test.log.events('sys_error').every(({ status }) => status === 503)).toBe(true);
    before = now;
  };

  it('is followed to another server, which is made the primary while it lives', async () => {
    await primary.isCopied();
    const stop = signInMeanwhile();
    const old = primary;
    primary = at(await sentinels.failOver());
    const statuses = await stop();
    expect(statuses.filter(status => status !== 303 && status !== 503)).toEqual([]);
    // Nobody works with the old one any more.
    await old.end('SIGKILL');
    await goesOn();
  });

  it('is followed when it dies', async () => {
    // Copies are made in the background: what a primary alone knows dies with it.
    await primary.isCopied();
    const stop = signInMeanwhile();
    await primary.end('SIGKILL');
    primary = at(await sentinels.replace(primary.port));
    const statuses = await stop();
    expect(statuses.filter(status => status !== 303 && status !== 503)).toEqual([]);
    expect(statuses).toContain(503);
    await goesOn();
  });

  it('goes on without them, as long as it is there', async () => {
    await sentinels.end();
    const stop = signInMeanwhile();
    // The second time, the answer to the first has been dealt with.
    await sentinels.askedInVain(2);
    expect(new Set(await stop())).toEqual(new Set([303]));
  });

  it('is 503 while nobody knows where it is, and while the one that is named takes no writes', async () => {
    await primary.end();
    // It was once started as a replica, and is one again.
    await primary.startAgain();
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(503);
    expect(await statusOf(before[0] ?? test.visitor())).toBe(503);
    expect((await test.visitor().get('/health/ready')).status).toBe(503);
    await expect(start(sentinels.url)).rejects.toThrow(
      /^REDIS_URL: Redis cannot be used: its Sentinels name no primary \(.*ECONNREFUSED.*See that it runs/,
    );
    await sentinels.startAgain();
    await expect(start(sentinels.url)).rejects.toThrow(/it is a replica, which takes no writes/);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(503);
    await primary.command('REPLICAOF', 'NO', 'ONE');
    await goesOn();
  });

  it.each([
    [
      'by a name that none of them knows',
      () => sentinels.urlOf('other'),
      /none is called "other".*behind the last "\/"/,
    ],
    [
      'by the address of a Sentinel',
      () => `redis://${sentinels.addresses[0]}`,
      /is a Sentinel.*redis\+sentinel:/,
    ],
  ])('is not started on %s', async (_, url, words) => {
    await expect(start(url())).rejects.toThrow(words);
  });
});
