import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import { readEnvironment } from '../config/read-environment.js';
import { SecretRing } from './secret-ring.js';

const [OLD, NEW] = [
  'the-old-secret-that-nobody-else-could-choose',
  'the-new-secret-that-nobody-else-could-choose',
];

describe('the secrets of now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ring-'));
  const file = join(folder, 'secret');
  let ring: SecretRing;
  beforeEach(() => {
    writeFileSync(file, `${OLD}\n`);
    ring = new SecretRing(readEnvironment({ NODE_ENV: 'test', SESSION_SECRET_FILE: file }, { makes: false }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are those of the file, and one of each for every purpose', () => {
    expect(ring.all).toEqual([OLD]);
    expect(ring.for('a')).toEqual([ring.first('a')]);
    expect(ring.first('a')).not.toBe(ring.first('b'));
    expect(ring.for('a')).toBe(ring.for('a'));
  });

  it('are others once the file is read again, and the old ones still open', () => {
    const before = ring.first('a');
    writeFileSync(file, `${NEW}\n${OLD}\n`);
    expect(ring.first('a')).toBe(before);
    ring.reload();
    expect(ring.all).toEqual([NEW, OLD]);
    expect(ring.first('a')).not.toBe(before);
    expect(ring.for('a')[1]).toBe(before);
  });

  it.each(['', 'short', `${OLD}\n${OLD}`])('stay as they are where the file holds %j', text => {
    writeFileSync(file, text);
    expect(() => ring.reload()).toThrow(ConfigError);
    expect(ring.all).toEqual([OLD]);
  });
});
