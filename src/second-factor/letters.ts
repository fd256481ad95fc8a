import { randomLetters } from '../crypto/random.js';

/** Digits and letters of which none is taken for another (Crockford's base32, in small letters). Each is worth 5 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** So many of them, at random. */
export const newLetters = (length: number): string => randomLetters(length, ALPHABET);

/** A code as it is shown: `abcde-12345`. */
export const grouped = (code: string): string => code.match(/.{1,5}/g)?.join('-') ?? code;

/**
 * The code of so many letters that somebody typed, in capitals or small letters, with or without hyphens and blanks, an `o`
 * for a zero and an `i` or `l` for a one; null where it can be none.
 */
export function lettersIn(typed: string, length: number): string | null {
  const plain = typed
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Pd}\u200b-\u200f\u2060\ufeff]/gu, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  return plain.length === length && [...plain].every(letter => ALPHABET.includes(letter)) ? plain : null;
}
