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
    const [known, unknown] = await fastest(
      () => hasher.verify('wrong', encoded),
      () => hasher.verify('wrong', null),
    );
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
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

/** The shortest times of two kinds of work, taken in turn, so that a busy machine troubles both alike. */
async function fastest(one: () => Promise<unknown>, two: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number, number] = [Infinity, Infinity];
  for (let run = 0; run < 30; run++) {
    const start = performance.now();
    await (run % 2 === 0 ? one() : two());
    times[run % 2 === 0 ? 0 : 1] = Math.min(times[run % 2 === 0 ? 0 : 1], performance.now() - start);
  }
  return times;
}
