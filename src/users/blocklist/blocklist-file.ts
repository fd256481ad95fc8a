import { type FileHandle, open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { ConfigError } from '../../config/config-error.js';
import { codeOf, wordsOf } from '../../kernel/error-words.js';
import { Unavailable } from '../../kernel/unavailable.js';
import { foldName } from '../username.js';
import { type FilterForm } from './filter-format.js';
import { DamagedFilter, examineFilter, filterForm, isInFilter } from './password-filter.js';

/** The longest list of passwords in plain text, which stays in memory. */
export const MOST_PLAIN_BYTES = 64 * 1024 * 1024;

/** What the file is. */
export type BlocklistKind =
  | { readonly kind: 'filter'; readonly form: FilterForm }
  | { readonly kind: 'plain'; readonly entries: number };

/** The list as it was read, and the file it was read from. */
interface PlainList {
  readonly of: string;
  readonly folded: ReadonlySet<string>;
}

/**
 * The operator's own list of passwords that nobody may choose, `PASSWORD_BLOCKLIST_FILE`: a password a line, or a filter
 * that `gatehouse blocklist build` made. It is asked on this machine; a file that was replaced counts from the next
 * password on.
 */
@Injectable()
export class BlocklistFile {
  private plain: PlainList | null = null;

  constructor(private readonly config: AppConfig) {}

  /**
   * Whether a password is on the list; no where there is none. In a filter it is looked up as it is typed, in a plain
   * list in any case and width. @param password in NFC @throws Unavailable where the file cannot be used: nothing is taken unlooked-at
   */
  async holds(password: string): Promise<boolean> {
    const { passwordBlocklistFile: path } = this.config;
    if (path === null) return false;
    try {
      return await opened(path, async file => {
        const form = await filterForm(file);
        if (form !== null) return isInFilter(file, form, password);
        return (await this.listIn(file)).has(foldName(password));
      });
    } catch (error) {
      throw new Unavailable(unusable(path, error), undefined, { cause: error });
    }
  }

  /** What the file is, looked at as a whole; null where none is named. @throws ConfigError where it cannot be used */
  async look(): Promise<BlocklistKind | null> {
    const { passwordBlocklistFile: path } = this.config;
    if (path === null) return null;
    try {
      return await opened(path, async file => {
        const form = await filterForm(file);
        if (form !== null) {
          await examineFilter(file, form);
          return { kind: 'filter', form };
        }
        return { kind: 'plain', entries: (await this.listIn(file)).size };
      });
    } catch (error) {
      throw new ConfigError(`${unusable(path, error)}. ${TAKES}`);
    }
  }

  private async listIn(file: FileHandle): Promise<ReadonlySet<string>> {
    const { ino, size, mtimeMs } = await file.stat();
    const of = [ino, size, mtimeMs].join(':');
    if (this.plain?.of !== of) this.plain = { of, folded: await plainList(file, size) };
    return this.plain.folded;
  }
}

const TAKES =
  'It takes a file with a password a line, in UTF-8, or a filter that "gatehouse blocklist build" made.';

const unusable = (path: string, error: unknown): string =>
  `PASSWORD_BLOCKLIST_FILE: ${JSON.stringify(path)} cannot be used (${why(error)})`;

const why = (error: unknown): string =>
  codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : codeOf(error) || wordsOf(error);

async function opened<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function plainList(file: FileHandle, size: number): Promise<ReadonlySet<string>> {
  if (size > MOST_PLAIN_BYTES)
    throw new DamagedFilter(`it has more than ${MOST_PLAIN_BYTES / 1024 / 1024} MiB: make a filter of it`);
  if (size === 0) return new Set();
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size), position: 0 });
  const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
  if (text.includes('\0')) throw new DamagedFilter('it is neither a text nor a filter');
  const lines = text.split(/\r?\n/).filter(line => line !== '');
  if (lines.length > 0 && lines.every(line => DIGEST.test(line))) throw new DamagedFilter(DIGESTS);
  return new Set(lines.map(foldName));
}

/** A line of a list of breached passwords as it is handed out: nobody’s password, so it would keep nobody from one. */
const DIGEST = /^([0-9A-F]{40}|[0-9A-F]{32})(:\d+)?$/i;
const DIGESTS = 'it holds digests: make a filter of the list of SHA-1 digests';
