import { performance } from 'node:perf_hooks';
import { hash as argon2 } from '@node-rs/argon2';
import { seconds } from '../kernel/durations.js';
import { HASH_COST } from './hash-cost.js';
import { HashingOverloaded, PasswordHasher } from './password-hasher.js';

describe('a password hash', () => {
  const hasher = new PasswordHasher(HASH_COST);
  afterAll(() => hasher.onApplicationShutdown());

  it('is argon2id with at least 19 MiB, two rounds and a salt of its own', async () => {
    const [one, two] = await Promise.all([
      hasher.hash('four quiet herons'),
      hasher.hash('four quiet herons'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22,}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it('takes less than a second, the least busy time of ten', async () => {
    await hasher.warmUp();
    const times: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const start = performance.now();
      await hasher.hash('four quiet herons');
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  it('fits its own password to the last character, and no other', async () => {
    const long = `${'kx7 '.repeat(31)}kx7.`;
    const encoded = await hasher.hash(long);
    const others = [
      long.slice(0, -1),
      `${long.slice(0, -1)}!`,
      ` ${long}`,
      `${long} `,
      long.toUpperCase(),
      '',
    ];
    expect(await hasher.verify(long, encoded)).toBe(true);
    for (const other of others) expect(await hasher.verify(other, encoded)).toBe(false);
  });

  it('is made on a thread that is started for the first one', async () => {
    const threads = () => process.getActiveResourcesInfo().filter(each => each === 'MessagePort').length;
    const before = threads();
    const another = new PasswordHasher(HASH_COST);
    expect(threads()).toBe(before);
    const hash = another.hash('four quiet herons');
    expect(threads()).toBe(before + 1);
    await hash;
    await another.onApplicationShutdown();
  });

  it('does not end at a NUL byte', async () => {
    const encoded = await hasher.hash('heron\0otter');
    expect(await hasher.verify('heron\0wren', encoded)).toBe(false);
    expect(await hasher.verify('heron', encoded)).toBe(false);
  });

  it('fits both Unicode forms of one password, and keeps compatible characters apart', async () => {
    const encoded = await hasher.hash('caf\u00e9 \ufb01ne');
    expect(await hasher.verify('cafe\u0301 \ufb01ne', encoded)).toBe(true);
    expect(await hasher.verify('caf\u00e9 fine', encoded)).toBe(false);
  });

  it('is weaker than today where its cost is lower', async () => {
    const cost = { parallelism: 1 };
    const weakMemory = await argon2('x', { ...cost, memoryCost: 9216, timeCost: 4 });
    const weakTime = await argon2('x', { ...cost, memoryCost: 19456, timeCost: 1 });
    const stronger = await argon2('x', { ...cost, memoryCost: 32768, timeCost: 3 });
    expect([weakMemory, weakTime, stronger].map(hash => hasher.needsRehash(hash))).toEqual([
      true,
      true,
      false,
    ]);
    expect(hasher.needsRehash('$2b$12$abcdefghijklmnopqrstuv')).toBe(true);
    expect(hasher.needsRehash(await hasher.hash('x'))).toBe(false);
  });
});

describe('verifying for nobody', () => {
  const hasher = new PasswordHasher(HASH_COST);
  afterAll(() => hasher.onApplicationShutdown());

  it('is false, whatever the password', async () => {
    for (const password of ['', 'anything']) expect(await hasher.verify(password, null)).toBe(false);
  });

  it('takes as long as verifying for somebody', async () => {
    const encoded = await hasher.hash('four quiet herons');
    const ratio = await ratioOfFastest(
      () => hasher.verify('wrong', null),
      () => hasher.verify('wrong', encoded),
    );
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

describe('more hashing than fits into two seconds', () => {
  it('is refused at once, and what was in line is done', async () => {
    const hasher = new PasswordHasher(HASH_COST);
    await hasher.warmUp();
    const asked = Array.from({ length: 1500 }, () => hasher.verify('wrong', null));
    const answers = await Promise.allSettled(asked);
    const refused = answers.flatMap(answer =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(1500);
    expect(refused.every(error => error instanceof HashingOverloaded)).toBe(true);
    expect(refused[0]).toMatchObject({ retryAfter: seconds(2) });
    expect(await hasher.verify('wrong', null)).toBe(false);
    await hasher.onApplicationShutdown();
  });
});

/**
 * How many times as long one kind of work takes as another, by the shortest times of each, taken in turn. Where the machine was
 * busy with something else in all the rounds of one, a few more tell.
 */
async function ratioOfFastest(one: () => Promise<unknown>, two: () => Promise<unknown>): Promise<number> {
  const timeOf = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  let [first, second] = [Infinity, Infinity];
  for (let round = 0; round < 15 || (round < 60 && !(first / second > 0.5 && first / second < 2)); round++) {
    first = Math.min(first, await timeOf(one));
    second = Math.min(second, await timeOf(two));
  }
  return first / second;
}
