import { readFileSync } from 'node:fs';
import { codeOf } from '../kernel/error-words.js';
import { ConfigError } from './config-error.js';
import { fromProjectRoot } from './project-root.js';

/** Variables that hold a password, and may come from a file instead, as secret managers hand them out. */
const FROM_FILES = ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'] as const;

/** The name of the variable that names the file. */
const fileOf = (name: string): string => `${name}_FILE`;

/**
 * The variables, with the text of the file where `NAME_FILE` names one for `NAME`. The file holds what the variable
 * would, and may end with a line break. It is read at the start alone.
 * @throws ConfigError where both are set, or a file cannot be read or is empty; the text is never repeated
 */
export function withFiles(given: Readonly<Record<string, string>>): Record<string, string> {
  const read = FROM_FILES.flatMap(name => {
    const file = given[fileOf(name)];
    if (file === undefined) return [];
    if (given[name] !== undefined)
      throw new ConfigError(`${name} and ${fileOf(name)} are both set. Keep one of them.`);
    return [[name, textOf(fromProjectRoot(file), fileOf(name))] as const];
  });
  return { ...given, ...Object.fromEntries(read) };
}

/** Pairs of which one may be set. */
const PAIRED: readonly string[] = [...FROM_FILES, 'SESSION_SECRET'];

/** The variable that holds what the file of this one does, or that names the file for this one; null where it has none. */
export function otherOf(name: string): string | null {
  const held = PAIRED.find(one => name === fileOf(one));
  return held ?? (PAIRED.includes(name) ? fileOf(name) : null);
}

/** The variable through which another one got its value: itself, or the one that names its file. */
export const variableOf = (given: Readonly<Record<string, string>>, name: string): string | null =>
  [name, fileOf(name)].find(one => given[one] !== undefined) ?? null;

function textOf(file: string, variable: string): string {
  const line = read(file, variable).replace(/(\r?\n)+$/, '');
  if (line.trim() === '') throw new ConfigError(`${variable}: ${JSON.stringify(file)} is empty.`);
  return line;
}

function read(file: string, variable: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : code;
    throw new ConfigError(`${variable}: ${JSON.stringify(file)} cannot be read (${why}).`);
  }
}
