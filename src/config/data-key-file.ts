import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { codeOf } from '../kernel/error-words.js';
import { ConfigError } from './config-error.js';
import { madeOnce, type OwnFile, pathOf } from './made-once.js';

/** A key that seals what must last. */
export interface DataKey {
  /** Stands before everything it seals, and in messages. No secret. */
  readonly id: string;
  /** 256 bits that no log and no `toString` shows. */
  readonly secret: KeyObject;
}

/** The variables that decide about the data keys. */
export interface DataKeyVariables {
  readonly DATA_DIR: string;
  readonly DATA_KEY_FILE?: string | undefined;
  /** False: none is made where no file is named, because other nodes would each make their own. */
  readonly mayGenerate?: boolean;
  /** False: none is made either where the file is not there, and there are none then. */
  readonly makes?: boolean;
  /** True: a file in which there is none is no fault, and there are none then. */
  readonly mayHoldNone?: boolean;
}

/** An id, which must sort behind the full stop that parts it from what the key seals, and 32 bytes as base64url. */
const LINE = /^([a-z0-9]{1,32}):([\w-]{43})$/;

/** A line that is neither blank nor a comment. */
const LINES_OF_KEYS = /^\s*[^#\s]/m;

/**
 * The data keys: of the file that is named, or of one that is made once in `DATA_DIR` with mode 0600. Empty where there
 * is no file and none may be made, and where the file holds none and may do so.
 * @returns the first seals, all open.
 * @throws ConfigError where a file cannot be read or a line of it is no key, and where a file must be named.
 */
export function dataKeys(vars: DataKeyVariables): readonly DataKey[] {
  requireNamed(vars);
  if (vars.makes === false && !existsSync(dataKeyFile(vars))) return [];
  return vars.mayHoldNone === true && !LINES_OF_KEYS.test(textOf(vars)) ? [] : keysIn(vars);
}

/** Reads them once more, and makes none. @throws ConfigError as {@link dataKeys}, and where the file is gone */
export function dataKeysAgain(vars: DataKeyVariables): readonly DataKey[] {
  requireNamed(vars);
  return keysIn({ ...vars, makes: false });
}

/** The file they stand in, whether it is there or not. */
export const dataKeyFile = (vars: DataKeyVariables): string =>
  vars.DATA_KEY_FILE ?? pathOf(ownFile(vars.DATA_DIR));

/** The file in `DATA_DIR` that a key would be made in; null where one is named, or is there already. */
export function absentDataKeyFile(vars: DataKeyVariables): string | null {
  const file = dataKeyFile(vars);
  return vars.DATA_KEY_FILE !== undefined || vars.mayGenerate === false || existsSync(file) ? null : file;
}

/** A new key as its line of the file, and its id. */
export function newDataKey(): { readonly id: string; readonly line: string } {
  const id = [...randomBytes(8)].map(byte => LETTERS.charAt(byte % LETTERS.length)).join('');
  return { id, line: `${id}:${randomBytes(32).toString('base64url')}` };
}

/** As many as divide a byte, and none that looks like another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** What a new file says of itself. */
export const DATA_KEY_HEADING =
  '# The data keys of Gatehouse, one a line as ID:KEY. The first seals, all open. Keep a copy where the backups of the\n' +
  '# database are not: what is sealed there opens with these keys alone.\n';

/** The keys of a file's text. @param variable which one names it. @throws ConfigError that names a line, never a key */
export function parseDataKeys(text: string, file: string, variable: string): readonly DataKey[] {
  const place = `${variable}: ${JSON.stringify(file)}`;
  const keys = text.split('\n').flatMap((line, index): readonly DataKey[] => {
    const given = line.trim();
    if (given === '' || given.startsWith('#')) return [];
    const [, id, key] = LINE.exec(given) ?? [];
    if (id === undefined || key === undefined)
      throw new ConfigError(`${place} has no data key in its line ${index + 1}. ${TAKES}`);
    // 32 random bytes have some 30 different ones.
    if (new Set(Buffer.from(key, 'base64url')).size < 8)
      throw new ConfigError(`${place} has a data key in its line ${index + 1} that is not random. ${TAKES}`);
    return [{ id, secret: createSecretKey(key, 'base64url') }];
  });
  if (keys.length === 0) throw new ConfigError(`${place} holds no data key. ${TAKES}`);
  refuseTwins(keys, place);
  return Object.freeze(keys);
}

const TAKES = 'It takes one key a line, as ID:KEY; "gatehouse keys add" makes them.';

/** Two keys of one id could not be told apart, and one key of two ids is a mistake. */
function refuseTwins(keys: readonly DataKey[], place: string): void {
  for (const [index, { id, secret }] of keys.entries()) {
    const before = keys.slice(0, index);
    if (before.some(other => other.id === id))
      throw new ConfigError(`${place} has two data keys with the id ${id}. Keep the one that sealed.`);
    const twin = before.find(other => other.secret.equals(secret));
    if (twin !== undefined)
      throw new ConfigError(`${place} has one data key twice, as ${twin.id} and as ${id}. Keep one of them.`);
  }
}

function requireNamed({ DATA_KEY_FILE: named, mayGenerate = true }: DataKeyVariables): void {
  if (named !== undefined || mayGenerate) return;
  throw new ConfigError(
    'DATA_KEY_FILE must be set in production with PostgreSQL or Redis: all nodes need the same data keys, and ' +
      'generated ones would differ on each. Name a file; "gatehouse keys add" makes it where there is none.',
  );
}

function keysIn(vars: DataKeyVariables): readonly DataKey[] {
  return parseDataKeys(textOf(vars), dataKeyFile(vars), variableOf(vars));
}

/** Which variable says where the file is. */
const variableOf = (vars: DataKeyVariables): string =>
  vars.DATA_KEY_FILE === undefined ? 'DATA_DIR' : 'DATA_KEY_FILE';

function textOf(vars: DataKeyVariables): string {
  if (vars.DATA_KEY_FILE === undefined && vars.makes !== false)
    return madeOnce(ownFile(vars.DATA_DIR), () => `${DATA_KEY_HEADING}${newDataKey().line}\n`);
  const file = dataKeyFile(vars);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const absent =
      codeOf(error) === 'ENOENT' ? ' "gatehouse keys add" makes one, where there never was one.' : '';
    throw new ConfigError(
      `${variableOf(vars)}: no data keys can be read at ${JSON.stringify(file)} (${codeOf(error)}).${absent}`,
    );
  }
}

const ownFile = (dataDir: string): OwnFile => ({ dataDir, name: 'data-key' });
