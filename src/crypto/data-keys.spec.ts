import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/read-environment.js';
import { DataKeys } from './data-keys.js';

const SECRET = 'Wm9uZXMgb2YgcXVpZXQgd2F0ZXIsIGFuZCBoZXJvbnM';
const [OLD, NEW] = [`old1:${SECRET}`, 'new2:QSBzZWNvbmQga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXM'];

describe('a ring of data keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ring-'));
  const file = join(folder, 'data-key');
  afterAll(() => rmSync(folder, { recursive: true }));

  const put = (...lines: string[]) => writeFileSync(file, `${lines.join('\n')}\n`);
  const ringOf = (...lines: string[]): DataKeys => {
    put(...lines);
    return new DataKeys(readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, DATA_KEY_FILE: file }));
  };

  it('gives back what was put in, whatever it is', () => {
    const ring = ringOf(OLD);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(ring.open(ring.seal(text, context), context)).toBe(text);
      }),
    );
  });

  it('names its key before what it seals, which tells nothing but the length', () => {
    const ring = ringOf(NEW, OLD);
    const sealed = Array.from({ length: 1000 }, () => ring.seal('the same text', 'here'));
    expect(new Set(sealed).size).toBe(1000);
    for (const one of sealed) expect(one).toMatch(/^new2\.[\w-]{55}$/);
    expect([ring.current, ring.ids]).toEqual(['new2', ['new2', 'old1']]);
    expect([ring.keyIdOf(sealed[0] ?? ''), ring.has('new2'), ring.has('other')]).toEqual([
      'new2',
      true,
      false,
    ]);
  });

  it('opens nothing in another place, nothing that was changed, and nothing under another id', () => {
    const ring = ringOf(NEW, OLD);
    const sealed = ring.seal('text', 'row 1');
    for (const context of ['row 2', '', 'row 1 ', 'row']) expect(ring.open(sealed, context)).toBeNull();
    const changed = `${sealed.slice(0, -3)}${sealed.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    for (const other of [
      changed,
      sealed.replace('new2', 'old1'),
      sealed.slice(5),
      sealed.slice(0, -5),
      `${sealed}.`,
    ])
      expect(ring.open(other, 'row 1')).toBeNull();
  });

  it.each([
    '',
    '.',
    'new2.',
    'new2',
    'no key at all!',
    'new2.{"text":1}',
    'NEW2.AAAA',
    'nobody.AAAA',
    'A'.repeat(10_000),
  ])('does not open what it did not seal: %j', text => expect(ringOf(NEW).open(text, 'here')).toBeNull());

  it('knows the name of a key that it lacks', () => {
    const sealed = ringOf(OLD).seal('text', 'here');
    const ring = ringOf(NEW);
    expect([ring.keyIdOf(sealed), ring.open(sealed, 'here'), ring.has('old1')]).toEqual([
      'old1',
      null,
      false,
    ]);
    expect(ring.keyIdOf('AAAAAAAA')).toBeNull();
  });

  it('opens with all and seals with the first, once the file is read again', () => {
    const ring = ringOf(OLD);
    const before = ring.seal('text', 'here');
    const mac = ring.keyFor('old1', 'marks');
    put(NEW, OLD);
    expect(ring.current).toBe('old1');
    ring.reload();
    expect([ring.current, ring.open(before, 'here')]).toEqual(['new2', 'text']);
    expect(ring.keyFor('old1', 'marks')).toEqual(mac);
    put(NEW);
    ring.reload();
    expect([ring.open(before, 'here'), ring.keyFor('old1', 'marks')]).toEqual([null, null]);
  });

  it.each(['', 'no key', `${OLD}\n${OLD}`])('stays as it is where the file holds %j', text => {
    const ring = ringOf(OLD);
    const sealed = ring.seal('text', 'here');
    put(text);
    expect(() => ring.reload()).toThrow(ConfigError);
    expect(ring.open(sealed, 'here')).toBe('text');
  });

  it('has a subkey of 32 bytes for each key and each purpose, and none is like another', () => {
    const ring = ringOf(NEW, OLD);
    const all = ['new2', 'old1'].flatMap(id =>
      ['a', 'b', 'seals', ''].map(purpose => ring.keyFor(id, purpose)),
    );
    expect(all.map(key => key?.length)).toEqual(Array(8).fill(32));
    expect(new Set(all.map(key => key?.toString('hex'))).size).toBe(8);
    expect(ringOf(OLD).keyFor('old1', 'a')).toEqual(ring.keyFor('old1', 'a'));
    expect(ring.keyFor('nobody', 'a')).toBeNull();
    expect(ring.allFor('a')).toEqual([ring.keyFor('new2', 'a'), ring.keyFor('old1', 'a')]);
  });

  it('derives the same everywhere and for ever (HKDF-SHA-256)', () => {
    const ring = ringOf(OLD);
    expect(ring.keyFor('old1', 'marks')?.toString('hex')).toBe(FOR_MARKS);
    expect(ring.open(SEALED_ONCE, 'mails.sealed/1')).toBe('sealed long ago');
  });

  it('is seen in no log', () => {
    const ring = ringOf(OLD);
    expect(inspect(ring, { depth: 9 })).not.toContain(SECRET);
  });
});

const FOR_MARKS = 'e3693b57736e9ca8de1d93c7bec4f1f8815720dc503e0055d3ccae89fa2fc54f';
const SEALED_ONCE = 'old1.MDEyMzQ1Njc4OWFiksh2XUWkDjNV5Y1YvGXg_iQfN3i-H9sev4rm2UsMag';
