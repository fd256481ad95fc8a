/**
 * The form of a filter of breached passwords: a compressed set of the leading bits of SHA-1 digests, in buckets by their
 * very first bits, so that a look-up reads two small pieces of the file and nothing stays in memory.
 *
 * - 64 bytes that say what follows: eight letters, then three whole numbers of 8 bytes and four of 1, big endian.
 * - where each bucket begins, and where the last one ends: 6 bytes each, counted from the first bucket.
 * - the buckets: the gaps between the digests in it, in ascending order, as a Rice code.
 */
export interface FilterForm {
  /** How many digests are in it. */
  readonly entries: number;
  /** How often a password must have been seen to be in it. */
  readonly atLeast: number;
  /** How long the file is, by which one that was cut off is told. */
  readonly bytes: number;
  /** How many bits of a digest count, at most 52. */
  readonly digestBits: number;
  /** How many of them name its bucket, at most 26. */
  readonly bucketBits: number;
  /** How many bits of a gap stand as they are. */
  readonly riceBits: number;
}

export const HEAD_BYTES = 64;
export const OFFSET_BYTES = 6;

/** A bucket of digests that are spread as they should has some 200 bytes. No larger one is written, and none is read. */
export const LARGEST_BUCKET = 65536;

const LETTERS = 'gthbpwf1';

/** One digest of so many random ones is taken for one that is in the filter, at most. */
export const FALSE_POSITIVES_BITS = 20;

/** The form of a filter for about so many digests. @param entries at least 1 */
export function formFor(entries: number, atLeast: number): FilterForm {
  const size = Math.ceil(Math.log2(Math.max(2, entries)));
  // 64 digests a bucket; a gap between two is about as long as one in 2^20 is rare.
  const bucketBits = Math.min(26, Math.max(0, size - 6));
  const digestBits = Math.min(52, size + FALSE_POSITIVES_BITS);
  return { entries, atLeast, bytes: 0, digestBits, bucketBits, riceBits: digestBits - size };
}

/** How probable it is that a password which is not on the list is taken for one: digests in it, of all there are. */
export const falsePositiveRate = ({ entries, digestBits }: FilterForm): number => entries / 2 ** digestBits;

/** The first 52 bits of a SHA-1 digest, as a number. */
export const leadingOf = (digest: Buffer): number =>
  digest.readUIntBE(0, 6) * 16 + (digest.readUInt8(6) >> 4);

/** Those of the first 52 bits of a digest that count. */
export const counted = (leading: number, { digestBits }: FilterForm): number =>
  Math.floor(leading / 2 ** (52 - digestBits));

/** How many numbers one bucket spans. */
export const bucketSpan = ({ digestBits, bucketBits }: FilterForm): number => 2 ** (digestBits - bucketBits);

/** Where the first bucket begins in the file. */
export const bucketsAt = ({ bucketBits }: FilterForm): number =>
  HEAD_BYTES + (2 ** bucketBits + 1) * OFFSET_BYTES;

/** The first 64 bytes of a filter. */
export function headOf(form: FilterForm): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(LETTERS, 'latin1');
  for (const [index, value] of [form.entries, form.atLeast, form.bytes].entries())
    head.writeBigUInt64BE(BigInt(value), 8 + index * 8);
  head.set([form.digestBits, form.bucketBits, form.riceBits], 32);
  return head;
}

/** What the first 64 bytes of a file say; null where it is no filter. */
export function formIn(head: Buffer): FilterForm | null {
  if (head.length < HEAD_BYTES || head.toString('latin1', 0, LETTERS.length) !== LETTERS) return null;
  const [entries = 0, atLeast = 0, bytes = 0] = [8, 16, 24].map(at => Number(head.readBigUInt64BE(at)));
  const [digestBits = 0, bucketBits = 0, riceBits = 0] = head.subarray(32, 35);
  const possible =
    digestBits <= 52 && bucketBits <= Math.min(26, digestBits) && riceBits >= 1 && riceBits <= 30;
  return possible ? { entries, atLeast, bytes, digestBits, bucketBits, riceBits } : null;
}
