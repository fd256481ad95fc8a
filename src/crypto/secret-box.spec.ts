import fc from 'fast-check';
import { SecretBox } from './secret-box.js';

const box = new SecretBox(['a first secret']);

describe('a secret box', () => {
  it('gives back what was put in, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(box.open(box.seal(text, context), context)).toBe(text);
      }),
    );
  });

  it('seals the same text differently each time, into base64url that tells nothing but the length', () => {
    const sealed = Array.from({ length: 1000 }, () => box.seal('the same text', 'here'));
    expect(new Set(sealed).size).toBe(1000);
    expect(new Set(sealed.map(one => one.slice(0, 16))).size).toBe(1000);
    for (const one of sealed) expect(one).toMatch(/^[\w-]{55}$/);
  });

  it('does not open in another place', () => {
    const sealed = box.seal('text', 'row 1');
    for (const context of ['row 2', '', 'row 1 ', 'row']) expect(box.open(sealed, context)).toBeNull();
  });

  it('does not open where one bit of it was changed', () => {
    const sealed = Buffer.from(box.seal('some text', 'here'), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(box.open(changed.toString('base64url'), 'here')).toBeNull();
    }
  });

  it('does not open where it was cut: a shorter tag is no tag', () => {
    const sealed = Buffer.from(box.seal('some text', 'here'), 'base64url');
    for (let length = 0; length < sealed.length; length++) {
      expect(box.open(sealed.subarray(0, length).toString('base64url'), 'here')).toBeNull();
      expect(box.open(sealed.subarray(length + 1).toString('base64url'), 'here')).toBeNull();
    }
  });

  it.each(['', 'no base64 at all!', '{"text":1}', 'A'.repeat(10_000)])(
    'does not open what it did not seal: %#',
    text => {
      expect(box.open(text, 'here')).toBeNull();
    },
  );
});

describe('secrets that change', () => {
  it('are all tried for opening; the first one seals', () => {
    const before = new SecretBox(['old']);
    const during = new SecretBox(['new', 'old']);
    const after = new SecretBox(['new']);
    expect(during.open(before.seal('text', 'here'), 'here')).toBe('text');
    expect(after.open(during.seal('text', 'here'), 'here')).toBe('text');
    expect(after.open(before.seal('text', 'here'), 'here')).toBeNull();
  });
});
