import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataKeys } from '../crypto/data-keys.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { days, hours, minutes } from '../kernel/durations.js';
import { ConfigError } from './config-error.js';
import { PROJECT_ROOT } from './project-root.js';
import { readEnvironment } from './read-environment.js';

const SESSION_SECRET = 'a-secret-that-is-long-enough-for-this';
/** Nobody is there: what is read here makes nothing. */
const DATA_KEY_FILE = '/nowhere/data-key';
const read = (env: NodeJS.ProcessEnv = {}) =>
  readEnvironment({ SESSION_SECRET, DATA_KEY_FILE, ...env }, { makes: false });

function failure(env: NodeJS.ProcessEnv): string {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('No failure.');
}

describe('an empty environment', () => {
  it('gives the defaults of the documentation', () => {
    expect(read()).toMatchObject({
      production: false,
      listen: { host: '127.0.0.1', port: 4000 },
      publicUrl: 'http://localhost:4000',
      secure: false,
      dataDir: join(PROJECT_ROOT, 'data'),
      database: { kind: 'sqlite', file: join(PROJECT_ROOT, 'data', 'gatehouse.sqlite') },
      redis: null,
      manyNodes: false,
      drainDelay: 0,
      trustProxy: false,
      session: { idle: hours(1), lifetime: hours(24), rememberMe: days(30), recentSignIn: minutes(10) },
      mail: { smtp: 'outbox' },
      registration: 'open',
      passwordMinLength: 15,
      appName: 'Gatehouse',
      accentColor: null,
    });
  });

  it('means the same as one with blank variables', () => {
    const blank = read({ PORT: '', HOST: ' ', PUBLIC_URL: '', APP_NAME: '', REMEMBER_ME: '', REDIS_URL: '' });
    expect(JSON.stringify(blank)).toBe(JSON.stringify(read()));
  });

  it('gives a configuration that nobody can change', () => {
    const config = read();
    expect([config, config.session, config.listen, config.sessionSecrets].every(Object.isFrozen)).toBe(true);
  });
});

describe('a variable', () => {
  it.each(['GATE_LISTEN', 'GATE_PEERS', 'TRUST_PROXY'])(
    '%s that says nothing is refused in one sentence',
    name => {
      expect(failure({ [name]: 'nonsense' })).toMatch(new RegExp(`^${name} takes .+, not "nonsense"\\.$`));
    },
  );

  it.each([
    ['PORT', '8080', { listen: { host: '127.0.0.1', port: 8080 }, publicUrl: 'http://localhost:8080' }],
    ['HOST', '::1', { listen: { host: '::1', port: 4000 } }],
    [
      'PUBLIC_URL',
      'https://Login.Example.com:443/',
      { publicUrl: 'https://login.example.com', secure: true },
    ],
    ['DATA_DIR', '/srv/gate', { database: { kind: 'sqlite', file: '/srv/gate/gatehouse.sqlite' } }],
    ['DATABASE_URL', 'sqlite:/srv/db', { database: { kind: 'sqlite', file: '/srv/db' } }],
    ['TRUST_PROXY', '2', { trustProxy: 2 }],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8, fd00::/8', { trustProxy: ['loopback', '10.0.0.0/8', 'fd00::/8'] }],
    ['SESSION_IDLE', '45m', { session: { idle: minutes(45) } }],
    ['SESSION_LIFETIME', '8h', { session: { lifetime: hours(8) } }],
    ['REMEMBER_ME', '0', { session: { rememberMe: 0 } }],
    ['RECENT_SIGN_IN', '5m', { session: { recentSignIn: minutes(5) } }],
    ['PASSWORD_MIN_LENGTH', '8', { passwordMinLength: 8 }],
    ['APP_NAME', 'Harbour', { appName: 'Harbour' }],
    ['COOKIE_NAME', 'shop_2-Login', { cookieName: 'shop_2-Login' }],
    ['ACCENT_COLOR', '#1A6b54', { accentColor: '#1A6b54' }],
  ])('%s=%s is taken', (name, value, expected) => {
    expect(read({ [name]: value })).toMatchObject(expected);
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '4000.5'],
    ['PUBLIC_URL', 'login.example.com'],
    ['PUBLIC_URL', 'https://example.com/login'],
    ['PUBLIC_URL', ' https://example.com'],
    ['PUBLIC_URL', 'https://exa\tmple.com'],
    ['PUBLIC_URL', 'https://example.com\n'],
    ['PUBLIC_URL', 'https://example.com:99999'],
    ['PUBLIC_URL', 'https://example.com#a'],
    ['PUBLIC_URL', 'https:\\\\example.com'],
    ['PUBLIC_URL', 'https://example.com/?a'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8,nobody'],
    ['SESSION_IDLE', '1 hour'],
    ['SESSION_IDLE', '0'],
    ['SESSION_LIFETIME', '0'],
    ['SESSION_LIFETIME', '24'],
    ['REMEMBER_ME', 'yes'],
    ['REMEMBER_ME', '-1d'],
    ['RECENT_SIGN_IN', '0'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '129'],
    ['COOKIE_NAME', 'a'.repeat(41)],
    ['COOKIE_NAME', 'two words'],
    ['COOKIE_NAME', 'a;b'],
    ['COOKIE_NAME', 'größe'],
    ['COOKIE_NAME', '__Host-x'],
    ['APP_NAME', 'a'.repeat(61)],
    ['APP_NAME', 'two\nlines'],
    ['ACCENT_COLOR', 'green'],
    ['ACCENT_COLOR', '#12345'],
  ])('%s=%s stops the start with one line that names it and says what it takes', (name, value) => {
    const message = failure({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} takes .+, not .+\\.`));
    expect(message).toContain(JSON.stringify(value));
    expect(message).not.toContain('\n');
  });

  it.each(['https://ada:hidden@example.com', 'https://:hidden@example.com', 'https://ada@example.com'])(
    'PUBLIC_URL takes no name and no password, and repeats none: %s',
    PUBLIC_URL => {
      expect(failure({ PUBLIC_URL })).toBe(
        'PUBLIC_URL takes the origin people see, such as https://login.example.com, without a path. It takes no name, ' +
          'no password and no path.',
      );
    },
  );

  it('SESSION_SECRET is named, but never shown', () => {
    expect(failure({ SESSION_SECRET: 'hunter2' })).toMatch(/^SESSION_SECRET takes [^:]+$/);
    expect(failure({ SESSION_SECRET: 'hunter2' })).not.toContain('hunter2');
  });
});

describe('a relative path', () => {
  const inRoot = (path: string) => join(PROJECT_ROOT, path);

  it('counts from the project’s root', () => {
    expect(read({ DATA_DIR: 'store' })).toMatchObject({
      dataDir: inRoot('store'),
      database: { file: inRoot('store/gatehouse.sqlite') },
    });
    expect(read({ DATABASE_URL: 'sqlite:db/x' }).database).toEqual({ kind: 'sqlite', file: inRoot('db/x') });
    expect(failure({ SESSION_SECRET: '', SESSION_SECRET_FILE: 'no/where' })).toContain(
      `SESSION_SECRET_FILE: ${JSON.stringify(inRoot('no/where'))} cannot be read (`,
    );
  });

  it('counts from there in the URL of PostgreSQL too', () => {
    const url = 'postgres://a:b%2Fc@db/x?sslmode=verify-full';
    const ssl = { mode: 'verify-full', rootCert: null, cert: null, key: null };
    expect(read({ DATABASE_URL: url }).database).toMatchObject({ ssl });
    expect(read({ DATABASE_URL: `${url}&sslrootcert=ca+1.crt&sslkey=/k` }).database).toMatchObject({
      ssl: { ...ssl, rootCert: inRoot('ca+1.crt'), key: '/k' },
    });
  });
});

describe('a reader that makes nothing', () => {
  it('has no data key where there is none, says where it looked, and takes one that comes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
    const DATA_DIR = join(dir, 'data');
    const file = join(DATA_DIR, 'data-key');
    const config = readEnvironment({ DATA_DIR }, { makes: false });
    expect(config).toMatchObject({ dataKeys: [], dataKeyFile: file, newDataKeyFile: null });
    const ring = new DataKeys(config);
    expect(() => ring.current).toThrow(
      `DATA_DIR: no data keys can be read at "${file}" (ENOENT). "gatehouse`,
    );
    const maker = readEnvironment({ DATA_DIR });
    expect(maker.newDataKeyFile).toBe(file);
    expect(ring.current).toBe(maker.dataKeys[0]?.id);
    expect(readEnvironment({ DATA_DIR }).newDataKeyFile).toBeNull();
    rmSync(dir, { recursive: true });
  });

  it('has no secret where there is none, says where it looked, and takes one that comes', () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
    const DATA_DIR = join(dir, 'data');
    const config = readEnvironment({ DATA_DIR }, { makes: false });
    expect([config.sessionSecrets, config.newSecretFile, existsSync(DATA_DIR)]).toEqual([[], null, false]);
    const ring = new SecretRing(config);
    expect(() => ring.for('mails')).toThrow(
      `DATA_DIR: no session secret can be read at "${join(DATA_DIR, 'session-secret')}" (`,
    );
    expect(readEnvironment({ DATA_DIR }).newSecretFile).toBe(join(DATA_DIR, 'session-secret'));
    expect(ring.for('mails')).toHaveLength(1);
    rmSync(dir, { recursive: true });
  });
});

describe('NODE_ENV=production', () => {
  const production = { NODE_ENV: 'production' };

  it('listens to everybody', () => {
    expect(read({ ...production, PUBLIC_URL: 'https://login.example.com' }).listen.host).toBe('0.0.0.0');
  });

  it('lets nobody register unless it is said', () => {
    expect(read(production).registration).toBe('closed');
    expect(read({ ...production, REGISTRATION: ' ' }).registration).toBe('closed');
    expect(read({ ...production, REGISTRATION: 'open' }).registration).toBe('open');
    expect(read({ NODE_ENV: 'test' }).registration).toBe('open');
  });

  it.each(['http://login.example.com', 'http://127.0.0.1.example.com', 'http://localhost.example.com'])(
    'does not take the plain address %s',
    PUBLIC_URL => {
      expect(failure({ ...production, PUBLIC_URL })).toMatch(
        /^PUBLIC_URL takes an https origin in production/,
      );
    },
  );

  it.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])('takes %s', PUBLIC_URL => {
    expect(read({ ...production, PUBLIC_URL }).secure).toBe(false);
  });
});

describe('an environment that is refused', () => {
  it('leaves nothing behind', () => {
    const dir = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
    const data = join(dir, 'data');
    expect(() => readEnvironment({ DATA_DIR: data, PORT: 'x' })).toThrow(ConfigError);
    expect(existsSync(data)).toBe(false);
    rmSync(dir, { recursive: true });
  });
});
