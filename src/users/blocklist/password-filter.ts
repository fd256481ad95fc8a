import type { FileHandle } from 'node:fs/promises';
import { breachDigest } from '../../crypto/breach-digest.js';
import {
  bucketsAt,
  bucketSpan,
  counted,
  FALSE_POSITIVES_BITS,
  falsePositiveRate,
  type FilterForm,
  formIn,
  HEAD_BYTES,
  LARGEST_BUCKET,
  leadingOf,
  OFFSET_BYTES,
} from './filter-format.js';
import { riceNumbers } from './rice-code.js';

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
 * Looks at a filter as a whole: whether it was made for as many digests as it holds, and whether each bucket is one that a
 * look-up reads. Reads where the buckets begin, a thirtieth of the file, piece by piece. @throws DamagedFilter
 */
export async function examineFilter(file: FileHandle, form: FilterForm): Promise<void> {
  if (form.entries === 0) throw new DamagedFilter(`it holds nothing: ${AGAIN}`);
  if (falsePositiveRate(form) > MOST_OFTEN) throw new DamagedFilter(`it would be wrong too often: ${AGAIN}`);
  const end = bucketsAt(form);
  let before = 0;
  for (let at = HEAD_BYTES; at < end; at += PIECE_BYTES) {
    const offsets = await piece(file, at, Math.min(PIECE_BYTES, end - at));
    for (let place = 0; place + OFFSET_BYTES <= offsets.length; place += OFFSET_BYTES) {
      const offset = offsets.readUIntBE(place, OFFSET_BYTES);
      if (isNoBucket(before, offset)) throw new DamagedFilter(`${NO_BUCKET}: ${AGAIN}`);
      before = offset;
    }
  }
  if (end + before !== form.bytes) throw new DamagedFilter(`${NO_BUCKET}: ${AGAIN}`);
}

/** Twice what one that was made as it should be has at most. */
const MOST_OFTEN = 2 ** (1 - FALSE_POSITIVES_BITS);
/** Many offsets at a time, none of them in two pieces. */
const PIECE_BYTES = OFFSET_BYTES * 2 ** 17;
const AGAIN = 'make it again';
const NO_BUCKET = 'a bucket ends where it cannot';

const isNoBucket = (from: number, to: number): boolean => to < from || to - from > LARGEST_BUCKET;

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
  if (isNoBucket(from, to)) throw new DamagedFilter(NO_BUCKET);
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
