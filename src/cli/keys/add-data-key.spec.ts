import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataKeys } from '../../config/data-key-file.js';
import { CommandFailed } from '../command-failed.js';
import { addDataKey, withLine } from './add-data-key.js';

const keyOf = (name: string) => createHash('sha256').update(name).digest('base64url');
const [OLD, NEW] = [`old1:${keyOf('old')}`, `new2:${keyOf('new')}`];

describe('the line of a new data key', () => {
  it.each([
    ['', 'first', `${NEW}\n`],
    ['# keys\n', 'first', `# keys\n${NEW}\n`],
    [`${OLD}\n`, 'first', `${NEW}\n${OLD}\n`],
    [`${OLD}`, 'first', `${NEW}\n${OLD}`],
    [`# keys\n\n  ${OLD}\n# end\n`, 'first', `# keys\n\n${NEW}\n  ${OLD}\n# end\n`],
    [`${OLD}\n`, 'last', `${OLD}\n${NEW}\n`],
    [OLD, 'last', `${OLD}\n${NEW}\n`],
  ] as const)('comes into %j, %s', (text, place, expected) =>
    expect(withLine(text, NEW, place)).toBe(expected),
  );
});

describe('adding a data key', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'gatehouse-add-key-'));
    file = join(dir, 'data-key');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const ids = () => dataKeys({ DATA_DIR: dir }).map(({ id }) => id);

  it('makes the file where there is none, for this user only', () => {
    expect(addDataKey(file, NEW, 'first')).toEqual({ outcome: 'added' });
    expect([ids(), statSync(file).mode & 0o777, readdirSync(dir)]).toEqual([['new2'], 0o600, ['data-key']]);
  });

  it('replaces the file in one step, and keeps its mode', () => {
    writeFileSync(file, `${OLD}\n`);
    chmodSync(file, 0o640);
    const before = statSync(file).ino;
    addDataKey(file, NEW, 'first');
    expect([ids(), statSync(file).mode & 0o777, readdirSync(dir)]).toEqual([
      ['new2', 'old1'],
      0o640,
      ['data-key'],
    ]);
    expect(statSync(file).ino).not.toBe(before);
  });

  it('goes where a link leads', () => {
    mkdirSync(join(dir, 'real'));
    writeFileSync(join(dir, 'real/key'), `${OLD}\n`);
    symlinkSync(join(dir, 'real/key'), file);
    addDataKey(file, NEW, 'last');
    expect(readFileSync(join(dir, 'real/key'), 'utf8')).toBe(`${OLD}\n${NEW}\n`);
    expect(ids()).toEqual(['old1', 'new2']);
  });

  it('says where it cannot be written, and changes nothing', () => {
    expect(addDataKey(join(dir, 'no/where'), NEW, 'first')).toEqual({
      outcome: 'unwritable',
      reason: 'ENOENT',
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is done by one command at a time', () => {
    writeFileSync(file, `${OLD}\n`);
    writeFileSync(`${file}.new`, 'half of it');
    expect(() => addDataKey(file, NEW, 'first')).toThrow(CommandFailed);
    expect(() => addDataKey(file, NEW, 'first')).toThrow(
      /data-key\.new" is there: another "keys add" is at work/,
    );
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}.new`, 'utf8')]).toEqual([
      `${OLD}\n`,
      'half of it',
    ]);
  });
});
