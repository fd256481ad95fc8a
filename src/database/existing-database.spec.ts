import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateOfFile } from './existing-database.js';

/** A user without any rights. */
const NOBODY = 65534;

describe('what stands where a database is to be', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-file-'));
  const file = join(dir, 'closed', 'gatehouse.sqlite');
  beforeAll(() => {
    mkdirSync(join(dir, 'closed'));
    writeFileSync(file, '');
  });
  afterAll(() => {
    chmodSync(join(dir, 'closed'), 0o700);
    rmSync(dir, { recursive: true });
  });

  it('is a file, nothing, or something else', () => {
    expect(stateOfFile(file)).toBe('there');
    expect(stateOfFile(join(dir, 'nowhere'))).toBe('absent');
    expect(stateOfFile(join(file, 'below a file'))).toBe('absent');
    expect(stateOfFile(dir)).toBe('no file');
  });

  it('may be hidden from this user, which is not the same as nothing', () => {
    chmodSync(join(dir, 'closed'), 0);
    // Root sees everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    const seen = stateOfFile(file);
    if (isRoot) process.seteuid?.(0);
    expect(seen).toBe('hidden');
  });
});
