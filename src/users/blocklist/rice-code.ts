/**
 * Numbers as a Rice code: what is above the low `bits` as ones, ended by a zero, then the low `bits`. Gaps between evenly
 * spread numbers take about `bits` + 1.5 bits each, close to the least there is (R. F. Rice, JPL 79-22; as a set: Putze,
 * Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2009).
 */
export interface RiceCode {
  /** How many low bits stand as they are, 1 to 30. */
  readonly bits: number;
}

/** Writes numbers one after the other. */
export class RiceWriter {
  private readonly bytes: number[] = [];
  private last = 0;
  private free = 8;

  constructor(private readonly code: RiceCode) {}

  /** How many whole bytes were written. */
  get length(): number {
    return this.bytes.length;
  }

  /** @param value a whole number from 0 to 2^52 */
  add(value: number): void {
    const low = 2 ** this.code.bits;
    for (let ones = Math.floor(value / low); ones > 0; ones -= 1) this.bit(1);
    this.bit(0);
    for (let place = this.code.bits - 1; place >= 0; place -= 1) this.bit(Math.floor(value / 2 ** place) % 2);
  }

  /** What was written, filled up with ones, which end no number. The writer is empty then. */
  take(): Buffer {
    while (this.free < 8) this.bit(1);
    const done = Buffer.from(this.bytes);
    this.bytes.length = 0;
    return done;
  }

  private bit(value: number): void {
    this.free -= 1;
    this.last |= value << this.free;
    if (this.free > 0) return;
    this.bytes.push(this.last);
    this.last = 0;
    this.free = 8;
  }
}

/** The numbers in what a {@link RiceWriter} wrote. */
export function* riceNumbers(bytes: Buffer, code: RiceCode): Generator<number, void, undefined> {
  let at = 0;
  const end = bytes.length * 8;
  const bit = () => ((bytes[at >> 3] ?? 0) >> (7 - (at++ & 7))) & 1;
  for (;;) {
    let value = 0;
    while (at < end && bit() === 1) value += 1;
    if (at + code.bits > end) return;
    for (let place = 0; place < code.bits; place += 1) value = value * 2 + bit();
    yield value;
  }
}
