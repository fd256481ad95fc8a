import { createReadStream } from 'node:fs';

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

/**
 * How many digests of a list were seen so often, each counted once. Reads the whole list: where the rare ones stand is
 * nobody's to say, so no part of it speaks for the rest.
 * @param progress is told how many lines were read. @throws WrongLine as {@link breachedDigests}
 */
export async function countedEntries(
  file: string,
  atLeast: number,
  progress: (lines: number) => void,
): Promise<number> {
  let [entries, lines, last] = [0, 0, -1];
  for await (const digests of breachedDigests(file)) {
    for (const { leading, seen } of digests) {
      if (seen < atLeast || leading === last) continue;
      last = leading;
      entries += 1;
    }
    progress((lines += digests.length));
  }
  return entries;
}
