import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

/** Nobody is there: what is read here makes nothing. */
const SECRETS = {
  SESSION_SECRET: 'a-secret-that-is-long-enough-for-this',
  DATA_KEY_FILE: '/nowhere/data-key',
};
const read = (url: string, more: NodeJS.ProcessEnv = {}) =>
  readEnvironment({ ...SECRETS, REDIS_URL: url, ...more }, { makes: false }).redis;
const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' };

const LOGIN = { tls: false, user: null, password: null, database: 0 };
const at = (host: string, port = 26379, login = {}) => ({ ...LOGIN, ...login, host, port });

describe('REDIS_URL of Sentinels', () => {
  it.each([
    ['redis+sentinel://one/login', [at('one')], 'login', LOGIN],
    [
      'redis+sentinel://one:5000,two,[2001:db8::1]:5001/login',
      [at('one', 5000), at('two'), at('2001:db8::1', 5001)],
      'login',
      LOGIN,
    ],
    [
      'rediss+sentinel://ada:se%2Fcret@one,two/my%20name/3?sentinel_password=o%26t+er',
      [
        at('one', 26379, { tls: true, password: 'o&t+er' }),
        at('two', 26379, { tls: true, password: 'o&t+er' }),
      ],
      'my name',
      { tls: true, user: 'ada', password: 'se/cret', database: 3 },
    ],
    [
      'redis+sentinel://:secret@[::1]/login?sentinel_username=watch&sentinel_password=p',
      [at('::1', 26379, { user: 'watch', password: 'p' })],
      'login',
      { ...LOGIN, password: 'secret' },
    ],
  ])('may be %s', (text, nodes, name, primary) => {
    expect(read(text)).toEqual({ nodes, sentinel: { name, primary, staysHere: false }, prefix: 'gatehouse' });
  });

  it.each([
    ['redis+sentinel://one:26379', 'After the hosts it takes /NAME'],
    ['redis+sentinel://one:26379/', 'After the hosts it takes /NAME'],
    ['redis+sentinel:///login', 'Its host is neither'],
    ['redis+sentinel://one,/login', 'Its host is neither'],
    ['redis+sentinel://one:none/login', 'Its port is no number'],
    ['redis+sentinel://one,two:none/login', 'Its port is no number'],
    ['redis+sentinel://one/login/three', 'After the hosts it takes /NAME'],
    ['redis+sentinel://one/login/3/4', 'After the hosts it takes /NAME'],
    ['redis+sentinel://u:12/34@one/login', 'In a name or password write'],
    ['redis+sentinel://u:pass word@one/login', 'It has blanks'],
    ['redis+sentinel://one/login?password=hidden', 'An option after its ? is none'],
    ['redis+sentinel://one/login?sentinel_username=ada', 'With sentinel_username it takes'],
    ['redis+sentinel://one/login,redis+sentinel://two/login', 'After the hosts it takes /NAME'],
    ['redis+sentinel://one/%', 'A % in it begins no character'],
    ['redis+sentinel://%@one/login', 'A % in it begins no character'],
    ['sentinel://one/login', 'In a name or password write'],
  ])('may not be %s, and is not repeated', (text, why) => {
    const said = () => read(text);
    expect(said).toThrow(ConfigError);
    expect(said).toThrow(/^REDIS_URL takes [^"]*redis\+sentinel:\/\/HOST:PORT,HOST:PORT\/NAME\. [^"\n]+$/);
    expect(said).toThrow(why);
    expect(said).not.toThrow(/hidden|pass word|12\/34/);
  });

  it('in production is encrypted, unless all of them are on this machine', () => {
    expect(() => read('redis+sentinel://127.0.0.1,one.internal/login', production)).toThrow(
      /names another machine.*rediss\+sentinel:/,
    );
    const staysHere = (url: string) => read(url, production)?.sentinel?.staysHere;
    expect(staysHere('rediss+sentinel://one.internal/login')).toBe(false);
    // They may know of a primary that is elsewhere.
    expect(staysHere('redis+sentinel://127.0.0.1,[::1]/login')).toBe(true);
  });
});
