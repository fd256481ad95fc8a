import { randomBytes } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { breachDigest } from '../../crypto/breach-digest.js';
import { readEnvironment } from '../../config/read-environment.js';
import { ConfigError } from '../../config/config-error.js';
import { Unavailable } from '../../kernel/unavailable.js';
import { BlocklistFile } from './blocklist-file.js';
import { WrongLine } from './breached-digests.js';
import { falsePositiveRate, formFor } from './filter-format.js';
import { RiceWriter, riceNumbers } from './rice-code.js';
import { writePasswordFilter } from './write-password-filter.js';

const BUCKET = /a bucket ends where it cannot/;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-blocklist-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const passwords = Array.from({ length: 20_000 }, (_, index) => `breached password number ${index}`);
const lineOf = (password: string, seen = 1) =>
  `${breachDigest(password).toString('hex').toUpperCase()}:${seen}`;
const listOf = (lines: readonly string[], end = '\n') => `${[...lines].sort().join(end)}${end}`;
const inFolder = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const built = (text: string, atLeast = 1) =>
  writePasswordFilter({
    list: inFolder('list.txt', text),
    target: join(folder, 'filter'),
    atLeast,
    progress: () => undefined,
  });
const asked = (path: string) =>
  new BlocklistFile(readEnvironment({ PASSWORD_BLOCKLIST_FILE: path, DATA_DIR: folder }));

describe('a filter of breached passwords', () => {
  it('holds each of them, and says how many and how often it is wrong', async () => {
    const form = await built(listOf(passwords.map(password => lineOf(password))));
    expect(form.entries).toBe(passwords.length);
    expect(falsePositiveRate(form)).toBeLessThan(2 ** -20);
    expect(statSync(join(folder, 'filter')).size).toBe(form.bytes);
    // Some 22 bits for each, and what says where the buckets are.
    expect((form.bytes * 8) / form.entries).toBeLessThan(24);
    const blocklist = asked(join(folder, 'filter'));
    expect(await blocklist.look()).toEqual({ kind: 'filter', form });
    for (const password of passwords.slice(0, 2000)) expect(await blocklist.holds(password)).toBe(true);
  });

  it('is wrong about others as seldom as it says', async () => {
    // Nine bits too few, so that it can be measured: 20,000 of 2^26.
    const form = formFor(passwords.length, 1);
    expect(form.digestBits - Math.log2(passwords.length)).toBeGreaterThan(20);
    await built(listOf(passwords.map(password => lineOf(password))));
    const blocklist = asked(join(folder, 'filter'));
    const others = Array.from({ length: 5000 }, () => randomBytes(12).toString('base64url'));
    const held = await Promise.all(others.map(password => blocklist.holds(password)));
    // 5,000 of one in a million: one of them would be a chance of 1 in 200, three of 1 in 50 million.
    expect(held.filter(Boolean).length).toBeLessThan(3);
  });

  it('looks them up as they are typed: another case is another password', async () => {
    await built(listOf([lineOf('four quiet herons wade')]));
    const blocklist = asked(join(folder, 'filter'));
    expect(await blocklist.holds('four quiet herons wade')).toBe(true);
    expect(await blocklist.holds('Four quiet herons wade')).toBe(false);
  });

  it('takes up only what was seen so often', async () => {
    const lines = [lineOf('seen once or twice', 2), lineOf('seen very often', 90)];
    expect((await built(listOf(lines), 10)).entries).toBe(1);
    const blocklist = asked(join(folder, 'filter'));
    expect(await blocklist.holds('seen very often')).toBe(true);
    expect(await blocklist.holds('seen once or twice')).toBe(false);
  });

  it('is as large as the whole list asks for, however its beginning looks', async () => {
    // What was seen once stands before what was seen often: the beginning has almost nothing to take up.
    const digits = (index: number) => index.toString(16).toUpperCase().padStart(5, '0');
    const rest = 'A'.repeat(35);
    const lines = Array.from(
      { length: 70_000 },
      (_, index) => `${digits(index * 14)}${rest}:${index < 26_000 ? 1 : 100}`,
    );
    const form = await built(`${lines.join('\n')}\n`, 10);
    expect(form.entries).toBe(44_000);
    expect(falsePositiveRate(form)).toBeLessThan(2 ** -20);
    const blocklist = asked(join(folder, 'filter'));
    expect(await blocklist.look()).toEqual({ kind: 'filter', form });
    const others = Array.from({ length: 500 }, () => randomBytes(12).toString('base64url'));
    const held = await Promise.all(others.map(password => blocklist.holds(password)));
    expect(held.filter(Boolean).length).toBeLessThan(3);
  });

  it.each([
    ['line ends of Windows', '\r\n', (line: string) => line],
    ['small letters', '\n', (line: string) => line.toLowerCase()],
    ['no counts', '\n', (line: string) => line.slice(0, 40)],
  ])('takes a list with %s', async (_, end, write) => {
    const some = passwords.slice(0, 300);
    expect(
      (
        await built(
          listOf(
            some.map(password => write(lineOf(password))),
            end,
          ),
        )
      ).entries,
    ).toBe(300);
    const blocklist = asked(join(folder, 'filter'));
    for (const password of some) expect(await blocklist.holds(password)).toBe(true);
  });

  it('holds one where the last line has no end, and each once where the list has it twice', async () => {
    const form = await built(`${lineOf('wren')}\n${lineOf('wren')}`);
    expect(form.entries).toBe(1);
    expect(await asked(join(folder, 'filter')).holds('wren')).toBe(true);
  });

  it.each([
    ['a list of passwords', 'wren\nheron\n', /^Line 1 is no SHA-1 digest/],
    ['digests of Windows (NTLM)', `${'0'.repeat(32)}:3\n`, /^Line 1 is no SHA-1 digest/],
    [
      'a packed list',
      Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(5000, 7)]),
      /is no SHA-1 digest/,
    ],
    ['a list ordered by count', `${'F'.repeat(40)}:9\n${'0'.repeat(40)}:3\n`, /^Line 2 is smaller/],
    ['a list with a broken line', `${'0'.repeat(40)}:3\n${'1'.repeat(40)}:x\n`, /^Line 2 is no SHA-1 digest/],
    [
      'digests that begin alike',
      Array.from(
        { length: 40_000 },
        (_, index) => `0000${index.toString(16).padStart(5, '0')}${'0'.repeat(31)}`,
      ).join('\n'),
      /^Its digests begin alike/,
    ],
    ['nothing', '', /^There is nothing in it/],
  ])('is not made of %s, and leaves nothing behind', async (_, text, reason) => {
    const failure = await built(text as string).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WrongLine);
    expect((failure as Error).message).toMatch(reason);
    expect(readdirSync(folder)).toEqual(['list.txt']);
  });

  it('is not made of what can be read once alone, such as a pipe, nor of a list that changes meanwhile', async () => {
    const list = inFolder('list.txt', listOf(passwords.map(password => lineOf(password))));
    const source = { list, target: join(folder, 'filter'), atLeast: 1, progress: () => undefined };
    await expect(writePasswordFilter({ ...source, list: '/dev/null' })).rejects.toThrow(
      /^It is no file, and it is read twice/,
    );
    const cutOff = (_: number, what: 'counted' | 'written') =>
      what === 'counted' ? truncateSync(list, 0) : undefined;
    await expect(writePasswordFilter({ ...source, progress: cutOff })).rejects.toThrow(
      'It changed while it was read',
    );
    expect(readdirSync(folder)).toEqual(['list.txt']);
  });

  it('takes the place of the one before while it is asked', async () => {
    await built(listOf([lineOf('wren')]));
    const blocklist = asked(join(folder, 'filter'));
    expect(await blocklist.holds('wren')).toBe(true);
    await built(listOf([lineOf('heron')]));
    expect([await blocklist.holds('wren'), await blocklist.holds('heron')]).toEqual([false, true]);
  });

  it.each([
    ['holds more than it was made for', (head: Buffer) => head.writeBigUInt64BE(1_000_000n, 8), /too often/],
    ['holds nothing', (head: Buffer) => head.writeBigUInt64BE(0n, 8), /it holds nothing/],
    ['has a bucket that ends before it begins', (head: Buffer) => head.fill(0, 64 + 60, 64 + 66), BUCKET],
    ['has a bucket that no look-up would read', (head: Buffer) => head.fill(255, 64 + 60, 64 + 66), BUCKET],
  ])('that %s refuses the start', async (_, change, reason) => {
    await built(listOf(passwords.map(password => lineOf(password))));
    const file = readFileSync(join(folder, 'filter'));
    change(file);
    await expect(asked(inFolder('changed', file)).look()).rejects.toThrow(reason);
    await expect(asked(join(folder, 'changed')).look()).rejects.toThrow(/: make it again\)/);
  });

  it('that was cut off refuses the start and every password', async () => {
    const { bytes } = await built(listOf(passwords.map(password => lineOf(password))));
    truncateSync(join(folder, 'filter'), bytes - 100);
    const blocklist = asked(join(folder, 'filter'));
    await expect(blocklist.look()).rejects.toThrow(ConfigError);
    await expect(blocklist.look()).rejects.toThrow(/it was cut off, or not copied whole/);
    await expect(blocklist.holds('a password that is in no list')).rejects.toThrow(Unavailable);
  });
});

describe('a list in plain text', () => {
  it('holds its lines, in any case and width', async () => {
    const blocklist = asked(inFolder('list', 'four quiet herons\r\n\nTHREE red kettles\n'));
    expect(await blocklist.look()).toEqual({ kind: 'plain', entries: 2 });
    for (const password of ['four quiet herons', 'FOUR quiet HERONS', 'three red kettles'])
      expect([password, await blocklist.holds(password)]).toEqual([password, true]);
    for (const password of ['four quiet heron', 'four quiet herons wade', ''])
      expect([password, await blocklist.holds(password)]).toEqual([password, false]);
  });

  it('is read again once it is another', async () => {
    const blocklist = asked(inFolder('list', 'four quiet herons\n'));
    expect(await blocklist.holds('three red kettles')).toBe(false);
    inFolder('list', 'four quiet herons\nthree red kettles\n');
    expect(await blocklist.holds('three red kettles')).toBe(true);
  });

  it.each([
    ['is not there', null, /ENOENT/],
    ['is not UTF-8', Buffer.from('h\xe9ron', 'latin1'), /it is not UTF-8/],
    ['is no text', Buffer.from('a\0b'), /neither a text nor a filter/],
    [
      'holds SHA-1 digests',
      Buffer.from(listOf([lineOf('wren'), lineOf('heron')])),
      /it holds digests: make a filter/,
    ],
    ['holds digests of Windows', Buffer.from(`${'0'.repeat(32)}:3\r\n`), /it holds digests: make a filter/],
  ])('that %s refuses the start and every password', async (_, text, reason) => {
    const path = text === null ? join(folder, 'absent') : inFolder('list', text);
    await expect(asked(path).look()).rejects.toThrow(reason);
    await expect(asked(path).holds('wren')).rejects.toThrow(Unavailable);
  });
});

describe('a Rice code', () => {
  it.each([1, 5, 20, 30])('of %i bits gives back what was written', bits => {
    const numbers = [0, 1, 2, 2 ** bits - 1, 2 ** bits, 3 * 2 ** bits + 1, 0, 0, 7];
    const writer = new RiceWriter({ bits });
    for (const number of numbers) writer.add(number);
    expect([...riceNumbers(writer.take(), { bits })]).toEqual(numbers);
    expect(writer.take()).toHaveLength(0);
  });
});
