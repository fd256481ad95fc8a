import { readFileSync } from 'node:fs';
import { dictionary } from '@zxcvbn-ts/language-common';
import { isGuessable } from './password-blocklist.js';
import { foldName } from './username.js';

const common = dictionary['passwords-common'].map(String);

const long = readFileSync(new URL('long-passwords.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

describe('the blocklist', () => {
  it('holds more than 3000 common passwords of 15 characters and more, each of them once, folded', async () => {
    expect(new Set(long).size).toBeGreaterThan(3000);
    expect(new Set(long).size).toBe(long.length);
    expect(long.filter(password => [...password].length < 15 || foldName(password) !== password)).toEqual([]);
    expect(await allowedAmong(long)).toEqual([]);
    const words = long.filter(password => /^[a-z]+$/.test(password)).slice(0, 100);
    expect(await allowedAmong(words.map(password => `${password.toUpperCase()}!1`))).toEqual([]);
  });

  it('holds the common passwords that are 15 characters long already', async () => {
    const already = common.filter(password => password.length >= 15);
    expect(already.length).toBeGreaterThan(30);
    expect(await allowedAmong(already)).toEqual([]);
  });

  it('holds more than 3000 common passwords lengthened to 15 characters', async () => {
    const words = common.filter(password => /^[a-z]{5,}$/.test(password)).slice(0, 2000);
    const twice = words.map(word => word.repeat(Math.ceil(15 / word.length)));
    const decorated = words.filter(word => word.length >= 9).map(word => `${word}2026!`.padEnd(15, '!'));
    const lengthened = [...twice, ...decorated, ...words.map(word => `${word}${word}${word}1!`)];
    expect(new Set(lengthened).size).toBeGreaterThan(3000);
    expect(lengthened.every(password => password.length >= 15)).toBe(true);
    expect(await allowedAmong(lengthened)).toEqual([]);
  });

  it('does not care for case, width or decoration', async () => {
    const variants = [
      'PasswordPassword',
      'passwordpassword1!',
      '\uff30assword\uff30assword',
      '2026password!',
    ];
    expect(await allowedAmong(variants)).toEqual([]);
  });

  it.each([
    'qwertyuiopasdfghjkl',
    '123456789012345',
    'aaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    'zyxwvutsrqponmlk',
  ])('holds the walk %s', async password => {
    expect(await isGuessable(password, [])).toBe(true);
  });

  it.each([
    ['gatehouse-gatehouse-2026', ['gatehouse']],
    ['ada.lovelace2026!!', ['Ada.Lovelace']],
    ['adalovelaceadalovelace', ['ada.lovelace@example.org']],
    ['example.org-password', ['ada@example.org']],
    ['L\u00f6wenl\u00f6wen-2026', ['l\u00f6wen']],
  ])('holds %s, for %j', async (password, words) => {
    expect(await isGuessable(password, words)).toBe(true);
  });

  it('does not mind a common word or a name inside a phrase', async () => {
    const phrases = [
      'four quiet herons wade',
      'the password of my neighbour',
      'ada drinks tea with wolves',
      'correct horse battery staple',
      'zebra-moon-kettle-drum',
      '\u0442\u0440\u0438 \u0441\u0435\u0440\u044b\u0445 \u0446\u0430\u043f\u043b\u0438 \u0441\u0442\u043e\u044f\u0442',
    ];
    for (const phrase of phrases)
      expect([phrase, await isGuessable(phrase, ['ada'])]).toEqual([phrase, false]);
  });

  it('answers for the longest and strangest password in no time worth noting', async () => {
    const strange = [
      'a'.repeat(127) + 'b',
      '(.*)+'.repeat(25),
      '\u{1f600}'.repeat(128),
      'ada'.repeat(42),
      '\0'.repeat(128),
    ];
    // The least busy time of five.
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now();
      for (const password of strange) await isGuessable(password, ['ada', 'ada@example.org']);
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(500);
  });
});

async function allowedAmong(passwords: readonly string[]): Promise<string[]> {
  const verdicts = await Promise.all(passwords.map(password => isGuessable(password, [])));
  return passwords.filter((_, index) => verdicts[index] === false);
}
