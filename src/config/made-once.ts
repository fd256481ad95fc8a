import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../kernel/error-words.js';
import { ConfigError } from './config-error.js';

/** A file of `DATA_DIR` that no two installations have alike. */
export interface OwnFile {
  readonly dataDir: string;
  readonly name: string;
}

/** Where it is. */
export const pathOf = ({ dataDir, name }: OwnFile): string => join(dataDir, name);

/**
 * The text of a file that is made where it is not there yet, with mode 0600. Programs that start together must agree:
 * it appears whole, by a link that only one of them can make.
 * @throws ConfigError where the folder cannot be written.
 */
export function madeOnce(own: OwnFile, make: () => string): string {
  const { dataDir } = own;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return readOrMake(pathOf(own), make);
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new ConfigError(`DATA_DIR: ${JSON.stringify(dataDir)} is a file. Name a folder.`);
    throw new ConfigError(
      `DATA_DIR: ${JSON.stringify(dataDir)} cannot be written (${codeOf(error)}). Free space, mend its rights, or name another folder.`,
    );
  }
}

function readOrMake(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' });
    linkUnlessPresent(draft, file);
  }
  return readFileSync(file, 'utf8');
}

function linkUnlessPresent(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
