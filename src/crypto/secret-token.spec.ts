import { deriveSecret, digestOf, issueToken, sameSecret } from './secret-token.js';

describe('a secret token', () => {
  it('has 256 bits, and none is like another', () => {
    const tokens = Array.from({ length: 10_000 }, () => issueToken().plain);
    expect(new Set(tokens).size).toBe(10_000);
    expect(tokens.every(token => /^[\w-]{43}$/.test(token))).toBe(true);
  });

  it('uses every bit about evenly', () => {
    const bits = Array.from({ length: 2000 }, () => Buffer.from(issueToken().plain, 'base64url')).flatMap(
      bytes => [...bytes].map(byte => byte.toString(2).replaceAll('0', '').length),
    );
    const share = bits.reduce((sum, ones) => sum + ones, 0) / (bits.length * 8);
    expect(Math.abs(share - 0.5)).toBeLessThan(0.01);
  });

  it('is stored as its SHA-256', () => {
    const { plain, digest } = issueToken();
    expect(digest).toBe(digestOf(plain));
    expect(digestOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
});

describe('a derived secret', () => {
  it('is the same everywhere, another for each purpose and each secret', () => {
    expect(deriveSecret('a', 'setup')).toBe(deriveSecret('a', 'setup'));
    const others = [deriveSecret('a', 'device'), deriveSecret('b', 'setup')];
    expect(others).not.toContain(deriveSecret('a', 'setup'));
  });
});

describe('comparing secrets', () => {
  it('tells equal from different, whatever their lengths', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '', 'ABC']) expect(sameSecret(other, 'abc')).toBe(false);
  });
});
