import fc from 'fast-check';
import { base32, bytesOfBase32 } from './base32.js';
import { codeOf, periodAt } from './one-time-code.js';

const RFC_SECRET = Buffer.from('12345678901234567890');

describe('codes of authenticators', () => {
  // RFC 6238, appendix B, the rows of SHA-1.
  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of RFC 6238 at %d s', (at, code) =>
    expect(codeOf(RFC_SECRET, periodAt(at * 1000), 8)).toBe(code),
  );

  // RFC 4226, appendix D.
  it.each([
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ])('are those of RFC 4226: %s', code => {
    expect(Array.from({ length: 10 }, (_, count) => codeOf(RFC_SECRET, count))).toContain(code);
  });

  it('change every 30 seconds, not before', () => {
    expect(periodAt(29_999)).toBe(0);
    expect(periodAt(30_000)).toBe(1);
  });
});

describe('base32', () => {
  // RFC 4648, section 10, without padding.
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('writes %j as %j', (text, written) => expect(base32(Buffer.from(text))).toBe(written));

  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes =>
        expect(bytesOfBase32(base32(Buffer.from(bytes)))).toEqual(Buffer.from(bytes)),
      ),
    );
  });
});
