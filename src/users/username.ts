import { NAME_ALPHABETS, NAME_CHARACTERS, nameLength } from './users.words.js';

const MAX_LENGTH = 64;

/** A name somebody signs in with, parsed: it can be stored and shown as it is. */
export interface Username {
  /** As the person wrote it, in Unicode NFC. */
  readonly display: string;
  /** What names are compared by. */
  readonly key: string;
}

/** Why a text is no username, in words for the person. */
export type UsernameProblem = { readonly problem: string };

/**
 * Reads a username: 2 to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit, in one
 * script. An `@` is not among them, so a username can never be taken for somebody's e-mail address; mixed
 * scripts are not, so that a Cyrillic "а" cannot make a second "admin" (Unicode TR 39).
 */
export function parseUsername(text: string): Username | UsernameProblem {
  const display = text.trim().normalize('NFC');
  const length = [...display].length;
  if (length < 2 || length > MAX_LENGTH) return { problem: nameLength(MAX_LENGTH) };
  const plain = display.normalize('NFKC');
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(plain) || INVISIBLE.test(plain))
    return { problem: NAME_CHARACTERS };
  if (mixesScripts(display)) return { problem: NAME_ALPHABETS };
  return { display, key: foldName(display) };
}

/**
 * What two spellings of one name have in common: NFKC, case-folded (full-width and circled letters included).
 * By way of upper case: `toLowerCase` alone leaves "ß" apart from "SS" and one Greek sigma apart from the other.
 */
export const foldName = (name: string): string =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');

/** Letters and marks that print nothing: with one of them "admin" could be had twice. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

const CONFUSABLE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
];

const mixesScripts = (name: string): boolean =>
  CONFUSABLE_SCRIPTS.filter(script => script.test(name.normalize('NFKC'))).length > 1;
