import { foldName, parseUsername } from './username.js';

const problemOf = (text: string): string | null => {
  const parsed = parseUsername(text);
  return 'problem' in parsed ? parsed.problem : null;
};

describe('a username', () => {
  it('keeps the form it was typed in and is compared by another', () => {
    expect(parseUsername(' Ada.Lovelace ')).toEqual({ display: 'Ada.Lovelace', key: 'ada.lovelace' });
  });

  it.each([
    'ab',
    'a-b_c.d',
    '0ada',
    'Zo\u00eb',
    '\u0430\u0434\u0430',
    '\u0391\u03b4\u03b1',
    '\u5c71\u7530',
    'a'.repeat(64),
  ])('may be %j', text => {
    expect(problemOf(text)).toBeNull();
  });

  it.each(['', ' ', 'a', 'a'.repeat(65)])('has 2 to 64 characters: not %j', text => {
    expect(problemOf(text)).toBe('Choose a username of 2 to 64 characters.');
  });

  it.each([
    'ada@example.org',
    '.ada',
    '-ada',
    'ada lovelace',
    'ada\u00a0l',
    'ada\u0000',
    'ada\nroot',
    'ada<b>',
    '\u202eada',
    'ada\u200bl',
    '\ud83d\ude00\ud83d\ude00',
  ])('takes letters, digits, dots, hyphens and underscores: not %j', text => {
    expect(problemOf(text)).toMatch(/^A username can have letters, digits/);
  });

  it.each(['\u0430dmin', 'adm\u03b9n', '\u0561da'])('takes letters of one alphabet: not %j', text => {
    expect(problemOf(text)).toBe('A username can have letters of one alphabet only.');
  });
});

describe('comparing names', () => {
  it.each([
    ['ADA', 'ada'],
    ['\uff21\uff44\uff41', 'ada'],
    ['\u24b6da', 'ada'],
    ['\u{1d400}da', 'ada'],
    ['Zoe\u0308', 'zo\u00eb'],
    ['  Ada ', 'ada'],
    ['\u212aim', 'kim'],
    ['\ufb01n', 'fin'],
  ])('finds %j equal to %j', (typed, key) => {
    expect(foldName(typed)).toBe(key);
  });

  it.each([
    ['STRASSE', 'stra\u00dfe'],
    ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'],
    ['STRASSE', 'STRA\u1e9eE'],
  ])('finds %j equal to %j, as Unicode case folding does', (a, b) => {
    expect(foldName(a)).toBe(foldName(b));
  });

  it('gives what it gave for its own result', () => {
    for (const text of ['\u0130stanbul', '\u1e9eA', '\u03a9', '\u2126'])
      expect(foldName(foldName(text))).toBe(foldName(text));
  });
});
