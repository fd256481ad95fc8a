import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { codeOf } from '../kernel/error-words.js';
import { ConfigError } from './config-error.js';
import { MAKE_ONE, weaknessOf } from './weak-secret.js';
import { madeOnce, type OwnFile, pathOf } from './made-once.js';

const MIN_LENGTH = 32;

const UNPRINTABLE = /\p{Cc}/u;

/** The variables that decide about the secrets. */
export interface SecretVariables {
  readonly DATA_DIR: string;
  readonly SESSION_SECRET?: string | undefined;
  readonly SESSION_SECRET_FILE?: string | undefined;
  /** False: none is made where none is configured, because other nodes would each make their own. */
  readonly mayGenerate?: boolean;
  /** False: one that is not there is not made either. */
  readonly makes?: boolean;
}

/**
 * The secrets that sign cookies: configured, or generated once into `DATA_DIR` with mode 0600.
 * @returns at least one secret of at least 32 characters; the first signs, all verify.
 * @throws ConfigError where both variables are set, a secret is short, repeated, unprintable, guessable or from an example, or a file cannot be used.
 */
export function sessionSecrets(vars: SecretVariables): readonly string[] {
  if (vars.SESSION_SECRET !== undefined && vars.SESSION_SECRET_FILE !== undefined) {
    throw new ConfigError('SESSION_SECRET and SESSION_SECRET_FILE are both set. Keep one of them.');
  }
  if (vars.SESSION_SECRET !== undefined) return split(vars.SESSION_SECRET, 'SESSION_SECRET');
  if (vars.SESSION_SECRET_FILE !== undefined) {
    return split(read(vars.SESSION_SECRET_FILE, 'SESSION_SECRET_FILE'), 'SESSION_SECRET_FILE');
  }
  if (vars.mayGenerate === false) {
    throw new ConfigError(
      'SESSION_SECRET or SESSION_SECRET_FILE must be set in production with PostgreSQL or Redis: all nodes need the ' +
        'same secret, and a generated one would differ on each.',
    );
  }
  return split(vars.makes === false ? storedIn(vars.DATA_DIR) : madeIn(vars.DATA_DIR), 'DATA_DIR');
}

/** The file in `DATA_DIR` that a secret would be made in; null where one is configured, or is there already. */
export function absentSecretFile(vars: SecretVariables): string | null {
  if (vars.SESSION_SECRET !== undefined || vars.SESSION_SECRET_FILE !== undefined) return null;
  const file = pathOf(ownFile(vars.DATA_DIR));
  return existsSync(file) ? null : file;
}

const ownFile = (dataDir: string): OwnFile => ({ dataDir, name: 'session-secret' });

function split(text: string, variable: string): readonly string[] {
  const secrets = text.split(/[,\n]/).map(secret => secret.trim());
  const all = secrets.filter(secret => secret !== '');
  if (all.length === 0 || all.some(secret => secret.length < MIN_LENGTH)) {
    throw new ConfigError(
      `${variable} takes one or several secrets of at least ${MIN_LENGTH} characters, comma-separated.`,
    );
  }
  // What a power cut leaves of a file: its length, and zeros.
  if (all.some(secret => UNPRINTABLE.test(secret)))
    throw new ConfigError(`${variable} has characters in it that cannot be printed. Make a new secret.`);
  const [weak] = all.flatMap(secret => weaknessOf(secret) ?? []);
  if (weak !== undefined)
    throw new ConfigError(`${variable} ${weak}: whoever guesses it signs cookies. ${MAKE_ONE}`);
  if (new Set(all).size !== all.length) throw new ConfigError(`${variable} names a secret twice.`);
  return Object.freeze(all);
}

function read(file: string, variable: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${variable}: ${JSON.stringify(file)} cannot be read (${codeOf(error)}).`);
  }
}

function storedIn(dataDir: string): string {
  const file = pathOf(ownFile(dataDir));
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR: no session secret can be read at ${JSON.stringify(file)} (${codeOf(error)}). Set DATA_DIR, SESSION_SECRET or ` +
        'SESSION_SECRET_FILE as the server has them; a new installation gets a secret at its first start.',
    );
  }
}

const madeIn = (dataDir: string): string =>
  madeOnce(ownFile(dataDir), () => `${randomBytes(32).toString('base64url')}\n`);
