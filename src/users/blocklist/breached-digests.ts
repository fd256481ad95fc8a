import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** A line of a list of breached passwords. */
export interface BreachedDigest {
  /** The first 52 bits of its SHA-1, as a number. */
  readonly leading: number;
  /** How often it was seen. */
  readonly seen: number;
}

/** A line that is none, or stands where it should not. */
export class WrongLine extends Error {
  override readonly name = 'WrongLine';
}

/** `SHA1:COUNT`, as the downloader of Have I Been Pwned writes them; without a count it was seen once. */
const LINE = /^([0-9A-Fa-f]{13})[0-9A-Fa-f]{27}(?::(\d{1,15}))?$/;

/**
 * The lines of a list that is in ascending order of its digests, piece by piece.
 * @throws WrongLine naming the first line that is none, or stands before a smaller one
 */
export async function* breachedDigests(
  file: string,
): AsyncGenerator<readonly BreachedDigest[], void, undefined> {
  let [rest, number, before] = ['', 0, 0];
  const digestOf = (line: string): readonly BreachedDigest[] => {
    number += 1;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text === '') return [];
    const [, digits, count] = LINE.exec(text) ?? [];
    if (digits === undefined) throw new WrongLine(`Line ${number} ${NO_DIGEST}`);
    const leading = Number.parseInt(digits, 16);
    if (leading < before) throw new WrongLine(`Line ${number} ${OUT_OF_ORDER}`);
    before = leading;
    return [{ leading, seen: count === undefined ? 1 : Number(count) }];
  };
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 1000) throw new WrongLine(`Line ${number + lines.length + 1} ${NO_DIGEST}`);
    yield lines.flatMap(digestOf);
  }
  yield digestOf(rest);
}

const NO_DIGEST =
  'is no SHA-1 digest with a count behind it (SHA1:COUNT). Give it the list of SHA-1 digests, unpacked.';
const OUT_OF_ORDER =
  'is smaller than the one before it. Give it the list ordered by hash, or sort it first: LC_ALL=C sort -o LIST LIST';

/** About how many lines there are that were seen so often, by the first of them: digests are spread evenly. */
export async function estimatedEntries(file: string, atLeast: number): Promise<number> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(1 << 20), position: 0 });
    const lines = buffer.toString('latin1', 0, bytesRead).split('\n');
    const kept = lines.filter(line => Number(line.split(':')[1] ?? 1) >= atLeast).length;
    return Math.max(1, Math.round((kept / Math.max(1, bytesRead)) * size));
  } finally {
    await handle.close();
  }
}
