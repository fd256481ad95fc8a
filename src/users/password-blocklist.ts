import { readFile } from 'node:fs/promises';
import { isWalk } from '../kernel/keyboard-walk.js';
import { foldName } from './username.js';

/** This many digits and signs before and after are seen as decoration: `Password-2026!`. */
const DECORATION = /^[^\p{L}]{0,8}|[^\p{L}]{0,8}$/gu;

/** Longer runs are on nobody's list. */
const LONGEST_WALK = 40;

/**
 * Whether a password is one that attackers try first: on the list of common and breached passwords, one such
 * word over and over, made of `contextWords` and at most one such word, or a walk along the keyboard or the
 * alphabet; each also when decorated with digits and signs. A listed word inside a longer phrase is no
 * reason to refuse it (SP 800-63B-4 3.1.1.2; ASVS 6.2.4, 6.2.11, 6.2.12). The list comes with the program;
 * nothing is sent anywhere.
 */
export async function isGuessable(password: string, contextWords: readonly string[]): Promise<boolean> {
  const listed = await commonPasswords();
  const whole = foldName(password);
  const core = whole.replaceAll(DECORATION, '');
  const context = new Set(contextWords.flatMap(contextParts));
  return (
    [whole, core, core.replaceAll(/[^\p{L}\p{N}]/gu, '')].some(
      text =>
        text !== '' && (listed.has(text) || isRepeated(text, listed) || isMadeOf(text, context, listed)),
    ) || isShortWalk(whole)
  );
}

let loading: Promise<ReadonlySet<string>> | null = null;

/** The lists are read when the first password is set: most starts of the program never need them. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= Promise.all([import('@zxcvbn-ts/language-common'), readFile(LONG_PASSWORDS, 'utf8')]).then(
    ([{ dictionary }, long]) =>
      new Set([...dictionary['passwords-common'].map(String), ...long.trimEnd().split('\n')]),
  );
  return loading;
}

/** Those of 15 characters and more, of which the other list has few; `lists/README.md` says where they come from. */
const LONG_PASSWORDS = new URL('long-passwords.txt', import.meta.url);

/** `Ada.Lovelace@example.org` gives the whole, its words, and nothing shorter than three letters. */
function contextParts(text: string): readonly string[] {
  const folded = foldName(text);
  const words = folded.split(/[^\p{L}\p{N}]+/u);
  return [folded, words.join(''), ...words].filter(word => word.length >= 3);
}

function isRepeated(text: string, listed: ReadonlySet<string>): boolean {
  const lengths = Array.from({ length: Math.floor(text.length / 2) }, (_, index) => index + 1);
  return lengths.some(length => {
    const unit = text.slice(0, length);
    return (
      length >= 3 &&
      listed.has(unit) &&
      unit.repeat(Math.ceil(text.length / length)).slice(0, text.length) === text
    );
  });
}

/**
 * Whether the text is context words one after the other, with signs or digits between them, and at most one
 * listed word among them. At least one context word.
 */
function isMadeOf(text: string, context: ReadonlySet<string>, listed: ReadonlySet<string>): boolean {
  const longestFirst = [...context].sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ' '), text);
  const words = rest.split(/[^\p{L}]+/u).filter(word => word !== '');
  return (
    rest !== text && (words.length === 0 || (words.length === 1 && words.every(word => listed.has(word))))
  );
}

function isShortWalk(text: string): boolean {
  return text.length >= 8 && text.length <= LONGEST_WALK && /^[\x20-\x7e]+$/.test(text) && isWalk(text);
}
