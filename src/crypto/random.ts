import { randomBytes, randomUUID } from 'node:crypto';

/** A name for a row that is no secret: an RFC 9562 version 4 UUID. */
export const randomId = (): string => randomUUID();

const POOL_SIZE = 4096;
let pool = Buffer.alloc(0);

/**
 * `bytes` random bytes from the operating system's generator as base64url text (16 bytes: 22 characters).
 * Bytes are drawn in blocks, because a system call per page costs more than rendering it; each byte is
 * handed out once and wiped.
 */
export function randomText(bytes: number): string {
  if (pool.length < bytes) pool = randomBytes(Math.max(POOL_SIZE, bytes));
  const slice = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  const text = slice.toString('base64url');
  slice.fill(0);
  return text;
}

/** So many random bytes from the operating system's generator. */
export const randomOctets = (bytes: number): Buffer => randomBytes(bytes);

/**
 * Random text of letters that all come equally often.
 * @param alphabet 32 letters, so that each is worth 5 bits and none comes more often than another.
 */
export const randomLetters = (length: number, alphabet: string): string =>
  Array.from(randomBytes(length), byte => alphabet[byte & 31] ?? '').join('');
