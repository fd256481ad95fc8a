import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { codeOf } from '../kernel/error-words.js';
import type { AppConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { otherOf } from './from-files.js';
import { fromProjectRoot, PROJECT_ROOT } from './project-root.js';
import { readEnvironment } from './read-environment.js';

/** How a program takes its configuration. */
export interface Loading {
  /** False: a session secret that is not there is not made, nor a folder for it. */
  readonly makes?: boolean;
  /** True: the file of data keys may hold none, because one is about to be added. */
  readonly keyless?: boolean;
  /** The port that the server has got already, where the environment leaves it open. */
  readonly port?: number;
}

/**
 * The configuration of this process: from its environment and, for what that does not set, from the file `.env` of
 * the project's root, or the one that `ENV_FILE` names.
 * @throws ConfigError
 */
export function loadConfig({ makes = true, keyless = false, port }: Loading = {}): AppConfig {
  const { env } = process;
  const { file, variables } = envFile(env['ENV_FILE']?.trim() ?? '');
  Object.assign(env, onlyInFile(variables, env));
  const whereSet = (name: string) =>
    variables[name] !== undefined && variables[name] === env[name]
      ? `${name} in ${JSON.stringify(file)}`
      : `${name} of the environment`;
  return readEnvironment(port === undefined ? env : { ...env, PORT: String(port) }, {
    makes,
    keyless,
    whereSet,
  });
}

/**
 * The folder of the person at the command line, from which the paths they type count. `npm run gatehouse` changes to
 * the project's root; npm, pnpm and Yarn leave in `INIT_CWD` where it was called.
 */
export function callersFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: called } = process.env;
  const here = process.cwd();
  return script === 'gatehouse' && called !== undefined && join(here, '/') === PROJECT_ROOT ? called : here;
}

/**
 * What the file sets and the environment does not: neither the variable, nor the one that stands for it, `NAME` or
 * `NAME_FILE`. That is also set to nothing, in place of the file.
 */
function onlyInFile(variables: NodeJS.Dict<string>, env: NodeJS.ProcessEnv): NodeJS.Dict<string> {
  const mine = ([name]: readonly [string, unknown]) => {
    const other = otherOf(name);
    if (name === 'ENV_FILE' || !isBlank(env[name])) return false;
    if (other !== null && !isBlank(env[other])) return false;
    return !(other !== null && name.endsWith('_FILE') && env[name] !== undefined);
  };
  return Object.fromEntries(Object.entries(variables).filter(mine));
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** Set to nothing means "not set". */
const isBlank = (value = ''): boolean => value.trim() === '';

/** `named`: what `ENV_FILE` says. A file that it names must be there; `.env` need not. */
function envFile(named: string): { readonly file: string; readonly variables: NodeJS.Dict<string> } {
  const file = fromProjectRoot(named === '' ? '.env' : named);
  if (named === 'none' || (named === '' && !existsSync(file))) return { file, variables: {} };
  try {
    return { file, variables: parseEnv(utf8(readFileSync(file))) };
  } catch (error) {
    const code = codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : codeOf(error);
    const name = named === '' ? '' : 'ENV_FILE: ';
    throw new ConfigError(`${name}${JSON.stringify(file)} cannot be read (${code}).`);
  }
}
