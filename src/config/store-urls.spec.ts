import { seconds } from '../kernel/durations.js';
import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

const SESSION_SECRET = 'a-secret-that-is-long-enough-for-this';
const HERE = { NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' };
const read = (env: NodeJS.ProcessEnv) => readEnvironment({ SESSION_SECRET, ...env });

function failure(env: NodeJS.ProcessEnv): string {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('No failure.');
}

describe('DATABASE_URL', () => {
  it.each(['postgres://ada:x@db/gatehouse', 'postgresql://db:5433/g', 'postgres:///g?host=/run/postgresql'])(
    'may be %s',
    url => {
      const { database, manyNodes } = read({ DATABASE_URL: url });
      expect([database, manyNodes]).toEqual([{ kind: 'postgres', url, poolSize: 10 }, true]);
    },
  );

  it.each([
    'postgres://db',
    'postgres://db/',
    'mysql://db/g',
    'sqlite:',
    'db',
    'postgres://ada:12/34@db/g',
    'postgres://ada:pa ss@/g',
  ])('may not be %s, and is not repeated', url => {
    const said = failure({ DATABASE_URL: url });
    expect(said).toBe('DATABASE_URL takes sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE.');
  });

  it('has a pool of another size where that is set', () => {
    const { database } = read({ DATABASE_URL: 'postgres://db/g', DATABASE_POOL: '3' });
    expect(database).toMatchObject({ poolSize: 3 });
    expect(failure({ DATABASE_POOL: '0' })).toContain('DATABASE_POOL takes a number of connections');
  });
});

describe('REDIS_URL', () => {
  it.each([
    ['redis://127.0.0.1:6379', ['redis://127.0.0.1:6379']],
    ['rediss://u:p@cache/3', ['rediss://u:p@cache/3']],
    ['redis://a, redis://b', ['redis://a', 'redis://b']],
  ])('may be %s', (text, urls) => {
    const { redis, manyNodes } = read({ REDIS_URL: text });
    expect([redis, manyNodes]).toEqual([{ urls, sentinel: null, prefix: 'gatehouse' }, true]);
  });

  it.each(['127.0.0.1:6379', 'http://cache', 'redis://', 'redis://a,', 'redis://u:se cret@'])(
    'may not be %s, and is not repeated',
    url => expect(failure({ REDIS_URL: url })).toMatch(/^REDIS_URL takes redis:\/\/HOST:PORT [^"]*$/),
  );

  it('has keys that begin as REDIS_PREFIX says, but not with what means something in a key', () => {
    expect(read({ REDIS_URL: 'redis://c', REDIS_PREFIX: 'shop:login' }).redis?.prefix).toBe('shop:login');
    for (const bad of ['{a}', 'a*', 'a b'])
      expect(failure({ REDIS_PREFIX: bad })).toContain('REDIS_PREFIX takes');
  });
});

describe('in production', () => {
  it.each([
    { DATABASE_URL: 'postgres://db.internal/g' },
    { DATABASE_URL: 'postgres://db.internal/g?sslmode=disable' },
    { DATABASE_URL: 'postgres://db.internal/g?sslmode=require' },
    { DATABASE_URL: 'postgres://localhost.evil.example/g' },
    { DATABASE_URL: 'postgres:///g?host=db.internal' },
    { REDIS_URL: 'redis://cache.internal' },
    { REDIS_URL: 'rediss://one.internal,redis://two.internal' },
  ])('nothing is said in clear to another machine: %j', stores => {
    expect(failure({ ...HERE, SESSION_SECRET, ...stores })).toMatch(/names another machine.* encrypted/);
    expect(() => read(stores)).not.toThrow();
  });

  it.each([
    { DATABASE_URL: 'postgres://db.internal/g?sslmode=verify-full' },
    { DATABASE_URL: 'postgres://127.0.0.1/g' },
    { DATABASE_URL: 'postgres:///g?host=/run/postgresql' },
    { REDIS_URL: 'rediss://cache.internal' },
    { REDIS_URL: 'redis://[::1]:6379' },
  ])('this is fine: %j', stores => {
    expect(() => read({ ...HERE, ...stores })).not.toThrow();
  });

  it.each([{ DATABASE_URL: 'postgres://127.0.0.1/g' }, { REDIS_URL: 'redis://127.0.0.1' }])(
    'a secret is not made up for many nodes: %j',
    stores => {
      expect(failure({ ...HERE, ...stores })).toMatch(/^SESSION_SECRET or SESSION_SECRET_FILE must be set/);
    },
  );

  it('a node that stops goes on for five seconds where there may be others, or as long as it is told', () => {
    const stores = { ...HERE, DATABASE_URL: 'postgres://127.0.0.1/g' };
    expect(read(stores).drainDelay).toBe(seconds(5));
    expect(read({ ...stores, DRAIN_DELAY: '0' }).drainDelay).toBe(0);
    expect(read({ ...stores, DRAIN_DELAY: '90s' }).drainDelay).toBe(seconds(90));
    expect(read(HERE).drainDelay).toBe(0);
    expect(failure({ DRAIN_DELAY: 'soon' })).toBe(
      'DRAIN_DELAY takes a duration such as 5s, or 0, not "soon".',
    );
  });
});
