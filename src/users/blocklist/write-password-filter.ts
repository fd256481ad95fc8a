import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { breachedDigests, countedEntries, WrongLine } from './breached-digests.js';
import {
  bucketsAt,
  bucketSpan,
  counted,
  type FilterForm,
  formFor,
  headOf,
  LARGEST_BUCKET,
  OFFSET_BYTES,
  HEAD_BYTES,
} from './filter-format.js';
import { RiceWriter } from './rice-code.js';

/** What a filter is made of, and where it goes. */
export interface FilterSource {
  /** A list of `SHA1:COUNT`, ordered by digest. */
  readonly list: string;
  readonly target: string;
  /** How often a password must have been seen to be taken up. */
  readonly atLeast: number;
  /** Is told how many lines were read, once to count them and once to write them. */
  readonly progress: (lines: number, what: 'counted' | 'written') => void;
}

/**
 * Makes a filter of a list of breached passwords. The list is read twice, to count and to write, and so long a one as
 * there is needs some 100 MB of memory: what comes through a pipe would be gone the second time, and the filter empty. The
 * filter appears whole, in place of one that was there before.
 * @throws WrongLine, and where a file cannot be read or written
 */
export async function writePasswordFilter(source: FilterSource): Promise<FilterForm> {
  if (!(await stat(source.list)).isFile()) throw new WrongLine(NO_FILE);
  const draft = `${source.target}.${process.pid}.new`;
  const file = await open(draft, 'wx', 0o644);
  try {
    const form = await fill(file, source);
    await file.sync();
    await file.close();
    await rename(draft, source.target);
    return form;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

async function fill(file: FileHandle, { list, atLeast, progress }: FilterSource): Promise<FilterForm> {
  let [counting, lines] = [0, 0];
  const entries = await countedEntries(list, atLeast, so => progress((counting = so), 'counted'));
  if (entries === 0) throw new WrongLine('There is nothing in it that was seen so often.');
  const form = formFor(entries, atLeast);
  const buckets = new Buckets(file, form);
  for await (const digests of breachedDigests(list)) {
    for (const { leading, seen } of digests) if (seen >= atLeast) buckets.add(counted(leading, form));
    progress((lines += digests.length), 'written');
    await buckets.flush();
  }
  if (lines !== counting || buckets.entries > entries) throw new WrongLine('It changed while it was read');
  const bytes = await buckets.end();
  const done = { ...form, entries: buckets.entries, bytes };
  await file.write(headOf(done), 0, HEAD_BYTES, 0);
  return done;
}

const NO_FILE = 'It is no file, and it is read twice: unpack it, and name the file';
const NOT_SPREAD =
  'Its digests begin alike, and those of SHA-1 are spread evenly. Give it the list of SHA-1 digests, whole.';

/** The buckets of a filter, filled in ascending order. */
class Buckets {
  entries = 0;
  private readonly offsets: Buffer;
  private readonly span: number;
  private readonly code: RiceWriter;
  private pending: Buffer[] = [];
  private bucket = 0;
  private written = 0;
  private reached = 0;
  private last = -1;

  constructor(
    private readonly file: FileHandle,
    private readonly form: FilterForm,
  ) {
    this.offsets = Buffer.alloc((2 ** form.bucketBits + 1) * OFFSET_BYTES);
    this.span = bucketSpan(form);
    this.code = new RiceWriter({ bits: form.riceBits });
  }

  /** @param value not below the one before; the same again is left out @throws WrongLine where a look-up would not read its bucket */
  add(value: number): void {
    if (value === this.last) return;
    this.closeBefore(Math.floor(value / this.span));
    this.code.add(value - this.reached);
    this.reached = value;
    this.last = value;
    this.entries += 1;
    if (this.code.length >= LARGEST_BUCKET) throw new WrongLine(NOT_SPREAD);
  }

  async flush(): Promise<void> {
    const ready = Buffer.concat(this.pending);
    if (ready.length === 0) return;
    this.pending = [];
    await this.file.write(ready, 0, ready.length, bucketsAt(this.form) + this.written - ready.length);
  }

  /** @returns how long the file is */
  async end(): Promise<number> {
    this.closeBefore(2 ** this.form.bucketBits);
    await this.flush();
    await this.file.write(this.offsets, 0, this.offsets.length, HEAD_BYTES);
    return bucketsAt(this.form) + this.written;
  }

  private closeBefore(bucket: number): void {
    for (; this.bucket < bucket; this.bucket += 1) {
      const done = this.code.take();
      this.pending.push(done);
      this.written += done.length;
      this.offsets.writeUIntBE(this.written, (this.bucket + 1) * OFFSET_BYTES, OFFSET_BYTES);
      this.reached = (this.bucket + 1) * this.span;
    }
  }
}
