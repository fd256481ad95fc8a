import { readEnvironment } from '../config/read-environment.js';
import { BlocklistFile } from './blocklist/blocklist-file.js';
import { PasswordPolicy } from './password-policy.js';

const SECRET = 'a-secret-that-is-long-enough-for-this';
const owner = { username: 'Ada', email: 'ada@example.org' };
function policyOf(env: Record<string, string> = {}): PasswordPolicy {
  const config = readEnvironment({ SESSION_SECRET: SECRET, ...env }, { makes: false });
  return new PasswordPolicy(config, new BlocklistFile(config));
}
const policy = policyOf();

const TOO_SHORT = 'That is too short. Use at least 15 characters: add a word or two.';
const TOO_LONG = 'That is too long. Use at most 128 characters.';
const GUESSABLE = /^That is one of the first passwords an attacker would try\./;

describe('a new password', () => {
  it.each([
    ['fifteen lower-case letters', 'kvhtmwzqpxlrjdb'],
    ['words and spaces', 'tea at nine with wolves'],
    ['spaces before and after', '   red kettle   '],
    ['fifteen emoji', '\u{1f980}\u{1f433}\u{1f98a}\u{1f41d}\u{1f995}'.repeat(3)],
    [
      'Cyrillic',
      '\u043b\u0435\u0441\u043d\u0430\u044f \u0442\u0440\u043e\u043f\u0430 \u0432\u0435\u0434\u0435\u0442',
    ],
    ['a NUL byte', 'wren\0heron\0otter\0'],
    ['64 characters', 'the quick otter naps on a warm flat rock by the slow green river'],
    ['128 characters', 'kx7 '.repeat(32)],
  ])('may be %s', async (_, password) => {
    expect(await policy.problemWith(password, owner)).toBeNull();
  });

  it('is counted in characters as people see them, not in bytes', async () => {
    expect(await policy.problemWith('\u{1f980}'.repeat(14), owner)).toBe(TOO_SHORT);
    expect(await policy.problemWith('\u{1f980}\u{1f433}'.repeat(64), owner)).toBeNull();
    expect(await policy.problemWith('\u{1f980}'.repeat(129), owner)).toBe(TOO_LONG);
  });

  it('is counted in its composed form', async () => {
    expect(await policy.problemWith('e\u0301'.repeat(14), owner)).toBe(TOO_SHORT);
  });

  it('is not left out', async () => {
    expect(await policy.problemWith('', owner)).toBe('Choose a password of at least 15 characters.');
  });

  it.each(['x', 'short', 'kvhtmwzqpxlrjd'])('is not too short: %j', async password => {
    expect(await policy.problemWith(password, owner)).toBe(TOO_SHORT);
  });

  it('is refused above 128 characters, not cut', async () => {
    expect(await policy.problemWith(`${'kx7 '.repeat(32)}.`, owner)).toBe(TOO_LONG);
  });

  it.each([
    'passwordpassword',
    'adaadaadaadaada',
    'ada@example.org',
    'gatehouse-2026-gatehouse',
    'example.org2026',
  ])('is none an attacker tries first: %s', async password => {
    expect(await policy.problemWith(password, owner)).toMatch(GUESSABLE);
  });

  it('is not made of the names of this installation', async () => {
    const own = policyOf({ APP_NAME: 'Lighthouse', PUBLIC_URL: 'https://login.harbour.example' });
    for (const password of ['lighthouse-lighthouse', 'harbour-login-2026!'])
      expect(await own.problemWith(password, owner)).toMatch(GUESSABLE);
    expect(await policy.problemWith('harbour-login-2026!', owner)).toBeNull();
  });

  it('may be shorter where the operator says so', async () => {
    const short = policyOf({ PASSWORD_MIN_LENGTH: '8' });
    expect(short.forView).toMatchObject({
      passwordMinLength: 8,
      passwordHint: expect.stringMatching(/^At least 8 characters\./) as string,
    });
    expect(await short.problemWith('kvhtmwz', owner)).toMatch(/^That is too short/);
    expect(await short.problemWith('kvhtmwzq', owner)).toBeNull();
  });
});
