const ROWS = [
  '`1234567890-=',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
];

const STEPS = new Set(ROWS.flatMap(row => pairs(row)).flatMap(pair => [pair, [...pair].reverse().join('')]));

/**
 * Whether a text walks along the keyboard or the alphabet: almost every character is a neighbour of the one before or the
 * same, as in `qwertyuiopasdfgh` and `aaaaaaaaaaaaaaa`. Of 32 random digits, which are neighbours most often, one in ten
 * billion does. @param text in small letters
 */
export function isWalk(text: string): boolean {
  const leaps = pairs(text).filter(pair => !STEPS.has(pair) && pair[0] !== pair[1]).length;
  return leaps <= Math.floor(text.length / 8);
}

function pairs(row: string): readonly string[] {
  return Array.from({ length: Math.max(0, row.length - 1) }, (_, index) => row.slice(index, index + 2));
}
