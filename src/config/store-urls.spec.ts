import { seconds } from '../kernel/durations.js';
import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

const SESSION_SECRET = 'a-secret-that-is-long-enough-for-this';
/** Nobody is there: what is read here makes nothing. */
const DATA_KEY_FILE = '/nowhere/data-key';
const HERE = { NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' };
const read = (env: NodeJS.ProcessEnv) =>
  readEnvironment({ SESSION_SECRET, DATA_KEY_FILE, ...env }, { makes: false });

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
  it.each([
    ['postgres://ada:x@db/gatehouse', { user: 'ada', password: 'x', host: 'db', port: 5432 }],
    ['postgresql://DB:5433/gatehouse', { user: null, password: null, host: 'db', port: 5433 }],
    [
      'postgres://a%40b:%25%2F%3a%40%C3%A9+@[2001:DB8::1]/gatehouse',
      { user: 'a@b', password: '%/:@é+', host: '2001:db8::1' },
    ],
    ['postgres:///gatehouse', { host: 'localhost', port: 5432 }],
    ['postgres:///gatehouse?host=/run/postgresql&port=5433', { host: '/run/postgresql', port: 5433 }],
    ['postgres://%2Frun%2Fpostgresql/gatehouse', { host: '/run/postgresql' }],
    ['postgres:///gatehouse?host=2001:db8::1', { host: '2001:db8::1' }],
    ['postgres://db/gatehouse?options=-c%20search_path%3Dapp', { options: '-c search_path=app' }],
    ['postgres://db/gatehouse?application_name=a%26b', { applicationName: 'a&b' }],
  ])('may be %s', (url, place) => {
    const { database, manyNodes } = read({ DATABASE_URL: url });
    expect(database).toMatchObject({ kind: 'postgres', database: 'gatehouse', poolSize: 10, ...place });
    expect(manyNodes).toBe(true);
  });

  it.each([
    ['mysql://db/g', 'In a name or password write %40 for @,'],
    ['db', 'In a name or password write'],
    ['sqlite:', 'It names no file.'],
    ['sqlite:a\n', 'It has blanks or line breaks around the name of its file'],
    ['postgres://db', 'It names no database after the host.'],
    ['postgres://db/', 'It names no database after the host.'],
    ['postgres://db/a/b', 'It names no database after the host.'],
    ['postgres://ada:12/hidden@db/g', 'In a name or password write'],
    ['postgres://ada:hid@den@db/g', 'In a name or password write'],
    ['postgres://ada:hid#den@db/g', 'In a name or password write'],
    ['postgres://ada:hid?den@db/g', 'In a name or password write'],
    ['postgres://ada:12?hidden@db/g', 'In a name or password write'],
    ['postgres://ada:12/x?hidden@db/g', 'In a name or password write'],
    ['postgres://ada:hid den@db/g', 'It has blanks or line breaks in it'],
    ['postgres://ada:hidden@db/g\n', 'It has blanks or line breaks in it'],
    ['postgres://ada:hid\tden@db/g', 'It has blanks or line breaks in it'],
    ['postgres://ada:hid%den@db/g', 'A % in it begins no character: write %25 for a %'],
    ['postgres://ada:hidden%E9@db/g', 'A % in it begins no character'],
    ['postgres://ada:hidden%00@db/g', 'It has a control character in it'],
    ['postgres://ada:hidden@db:70000/g', 'Its port is no number from 1 to 65535.'],
    ['postgres://ada:hidden@db:0/g', 'Its port is no number from 1 to 65535.'],
    ['postgres://ada:hidden@d!b/g', 'Its host is neither a name nor an address'],
    ['postgres://ada:hidden@[db]/g', 'Its host is neither a name nor an address'],
    [
      'postgres://db/g?hidden=1',
      'An option after its ? is none of those that are known: host, port, sslmode',
    ],
    ['postgres://ada:hidden@db/g?sslmode=hidden', 'Its sslmode is none of disable, no-verify, prefer,'],
    [
      'postgres://ada:hidden@db/g?sslmode=disable&sslmode=verify-full',
      'An option after its ? stands there twice.',
    ],
    ['postgres://ada:hidden@db/g?host=other', 'It names its host or its port twice.'],
    ['postgres:///g?host=a%40b', 'Its host is neither'],
    ['postgres:///g?port=http', 'Its port is no number'],
  ])('may not be %j: one line says why, and repeats nothing of it', (url, why) => {
    const said = failure({ DATABASE_URL: url });
    const takes = 'DATABASE_URL takes sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE. ';
    expect([said.startsWith(takes + why), said]).toEqual([true, said]);
    expect(said).not.toMatch(/hid|\n/);
  });

  it('has a pool of another size where that is set', () => {
    const { database } = read({ DATABASE_URL: 'postgres://db/g', DATABASE_POOL: '3' });
    expect(database).toMatchObject({ poolSize: 3 });
    expect(failure({ DATABASE_POOL: '0' })).toContain('DATABASE_POOL takes a number of connections');
  });
});

describe('REDIS_URL', () => {
  const NODE = { host: 'a', port: 6379, tls: false, user: null, password: null, database: 0 };

  it.each([
    ['redis://127.0.0.1:6380', [{ ...NODE, host: '127.0.0.1', port: 6380 }]],
    ['rediss://u:p%25%2C@A/3', [{ ...NODE, tls: true, user: 'u', password: 'p%,', database: 3 }]],
    ['redis://:p@[::1]/', [{ ...NODE, host: '::1', password: 'p' }]],
    ['redis://a, redis://b', [NODE, { ...NODE, host: 'b' }]],
    [
      'rediss://u:p@a,rediss://b',
      ['a', 'b'].map(host => ({ ...NODE, tls: true, user: 'u', password: 'p', host })),
    ],
  ])('may be %s', (text, nodes) => {
    const { redis, manyNodes } = read({ REDIS_URL: text });
    expect([redis, manyNodes]).toEqual([{ nodes, sentinel: null, prefix: 'gatehouse' }, true]);
  });

  it.each([
    ['127.0.0.1:6379', 'In a name or password'],
    ['http://cache', 'In a name or password'],
    ['redis://', 'Its host is neither'],
    ['redis://a,', 'In a name or password'],
    ['redis://:hid,den@a', 'Its port is no number'],
    ['redis://u:hid den@a', 'It has blanks'],
    ['redis://:pass%word@a', 'A % in it begins no character: write %25'],
    ['redis://a:99999', 'Its port is no number from 1 to 65535.'],
    ['redis://a/hidden', 'After its host it takes the number of a database alone.'],
    ['redis://a?hidden=1', 'It takes no options after a ?.'],
    ['redis://a,rediss://b', 'Nodes of a cluster have one scheme,'],
    ['redis://:hid@a,redis://:hidden@b', 'Nodes of a cluster have one scheme,'],
    ['redis://a/1,redis://b/1', 'Nodes of a cluster have one scheme,'],
  ])('may not be %j: one line says why, and repeats nothing of it', (url, why) => {
    const said = failure({ REDIS_URL: url });
    expect(said).toMatch(
      /^REDIS_URL takes redis:\/\/HOST:PORT [^"\n]+, comma-separated; [^"\n]+\/NAME\. [^"\n]+$/,
    );
    expect(said).toContain(`/NAME. ${why}`);
    expect(said).not.toMatch(/hid|pass%/);
  });

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
    { REDIS_URL: 'redis://one.internal,redis://two.internal' },
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
    { DATABASE_URL: 'postgres://%2Frun%2Fpostgresql/g' },
  ])('this is fine: %j', stores => {
    expect(() => read({ ...HERE, ...stores })).not.toThrow();
  });

  it.each([{ DATABASE_URL: 'postgres://127.0.0.1/g' }, { REDIS_URL: 'redis://127.0.0.1' }])(
    'a secret is not made up for many nodes: %j',
    stores => {
      expect(failure({ ...HERE, ...stores })).toMatch(/^SESSION_SECRET or SESSION_SECRET_FILE must be set/);
    },
  );

  it.each([{ DATABASE_URL: 'postgres://127.0.0.1/g' }, { REDIS_URL: 'redis://127.0.0.1' }])(
    'nor is a data key: %j',
    stores => {
      expect(failure({ ...HERE, SESSION_SECRET, ...stores })).toBe(
        'DATA_KEY_FILE must be set in production with PostgreSQL or Redis: all nodes need the same data keys, and ' +
          'generated ones would differ on each. Name a file; "gatehouse keys add" makes it where there is none.',
      );
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
