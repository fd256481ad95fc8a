import type { FileHandle } from 'node:fs/promises';
import { breachDigest } from '../../crypto/breach-digest.js';
import {
  bucketsAt,
  bucketSpan,
  counted,
  type FilterForm,
  formIn,
  HEAD_BYTES,
  leadingOf,
  OFFSET_BYTES,
} from './filter-format.js';
import { riceNumbers } from './rice-code.js';

/** A bucket of a sound filter has some 200 bytes. */
const LARGEST_BUCKET = 65536;

/** A file that began as a filter of breached passwords and is none. */
export class DamagedFilter extends Error {
  override readonly name = 'DamagedFilter';
}

/** The form of the filter in a file; null where the file is something else. @throws DamagedFilter where it was cut off */
export async function filterForm(file: FileHandle): Promise<FilterForm | null> {
  const form = formIn(await piece(file, 0, HEAD_BYTES));
  if (form === null) return null;
  const { size } = await file.stat();
  if (size !== form.bytes)
    throw new DamagedFilter(
      `it has ${size} bytes and should have ${form.bytes}: it was cut off, or not copied whole`,
    );
  return form;
}

/**
 * Whether a password is in a filter. Reads a hundred bytes or two of the file.
 * @throws DamagedFilter
 */
export async function isInFilter(file: FileHandle, form: FilterForm, password: string): Promise<boolean> {
  const wanted = counted(leadingOf(breachDigest(password)), form);
  const span = bucketSpan(form);
  const bucket = Math.floor(wanted / span);
  const ends = await piece(file, HEAD_BYTES + bucket * OFFSET_BYTES, 2 * OFFSET_BYTES);
  if (ends.length < 2 * OFFSET_BYTES) throw new DamagedFilter('a bucket has no place in it');
  const [from, to] = [ends.readUIntBE(0, OFFSET_BYTES), ends.readUIntBE(OFFSET_BYTES, OFFSET_BYTES)];
  if (to < from || to - from > LARGEST_BUCKET) throw new DamagedFilter('a bucket ends where it cannot');
  let reached = bucket * span;
  for (const gap of riceNumbers(await piece(file, bucketsAt(form) + from, to - from), {
    bits: form.riceBits,
  })) {
    reached += gap;
    if (reached >= wanted) return reached === wanted;
  }
  return false;
}

/** Fewer bytes where the file ends before. */
async function piece(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}
