/**
 * A text as every database keeps it: what PostgreSQL's text cannot hold (U+0000, and halves of surrogate pairs, which are
 * no UTF-8 either) becomes U+FFFD, as drivers have it on the way.
 */
export const storable = (text: string): string =>
  UNSTORABLE.test(text) ? Buffer.from(text).toString().replaceAll('\0', '\ufffd') : text;

/** Halves that stand alone: with the flag, a pair is one letter, and no surrogate. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
