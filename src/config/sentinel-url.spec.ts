import { ConfigError } from './config-error.js';
import { readEnvironment } from './read-environment.js';

const read = (url: string, more: NodeJS.ProcessEnv = {}) =>
  readEnvironment({ SESSION_SECRET: 'a-secret-that-is-long-enough-for-this', REDIS_URL: url, ...more }).redis;
const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' };

describe('REDIS_URL of Sentinels', () => {
  it.each([
    ['redis+sentinel://one/login', ['redis://one:26379'], 'login', 'redis://primary/0'],
    [
      'redis+sentinel://one:5000,two,[2001:db8::1]:5001/login',
      ['redis://one:5000', 'redis://two:26379', 'redis://[2001:db8::1]:5001'],
      'login',
      'redis://primary/0',
    ],
    [
      'rediss+sentinel://ada:se%2Fcret@one,two/my%20name/3?sentinel_password=o%26t+er',
      ['rediss://:o%26t%2Ber@one:26379', 'rediss://:o%26t%2Ber@two:26379'],
      'my name',
      'rediss://ada:se%2Fcret@primary/3',
    ],
    [
      'redis+sentinel://:secret@[::1]/login?sentinel_username=watch&sentinel_password=p',
      ['redis://watch:p@[::1]:26379'],
      'login',
      'redis://:secret@primary/0',
    ],
  ])('may be %s', (text, urls, name, primary) => {
    expect(read(text)).toEqual({ urls, sentinel: { name, primary, staysHere: false }, prefix: 'gatehouse' });
  });

  it.each([
    'redis+sentinel://one:26379',
    'redis+sentinel://one:26379/',
    'redis+sentinel:///login',
    'redis+sentinel://one,/login',
    'redis+sentinel://one:none/login',
    'redis+sentinel://one/login/three',
    'redis+sentinel://one/login/3/4',
    'redis+sentinel://u:12/34@one/login',
    'redis+sentinel://u:pass word@one/login',
    'redis+sentinel://one/login?password=p',
    'redis+sentinel://one/login?sentinel_username=ada',
    'redis+sentinel://one/login,redis+sentinel://two/login',
    'redis+sentinel://one/%',
    'redis+sentinel://%@one/login',
    'sentinel://one/login',
  ])('may not be %s, and is not repeated', text => {
    const said = () => read(text);
    expect(said).toThrow(ConfigError);
    expect(said).toThrow(/^REDIS_URL takes [^"]*redis\+sentinel:\/\/HOST:PORT,HOST:PORT\/NAME\.$/);
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
