import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { sqliteOptions } from './sqlite-options.js';

describe('statements that a connection to SQLite keeps ready', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-kept-'));
  const file = join(dir, 'test.sqlite');
  let database: DataSource;
  let other: DataSource;
  beforeEach(async () => {
    database = await new DataSource(sqliteOptions(file)).initialize();
    other = await new DataSource({ ...sqliteOptions(file), busyTimeout: 1 }).initialize();
    await database.query('PRAGMA busy_timeout = 1');
    await database.query('DROP TABLE IF EXISTS notes');
    await database.query('CREATE TABLE notes (name text UNIQUE NOT NULL)');
  });
  afterEach(async () => {
    if (database.isInitialized) await database.destroy();
    await other.destroy();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const add = (name: string) => database.query('INSERT INTO notes VALUES ($1)', [name]);
  const names = async () =>
    (await database.query<{ name: string }[]>('SELECT name FROM notes ORDER BY rowid')).map(
      ({ name }) => name,
    );

  it('give each their own values, also many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => database.query<unknown>('SELECT $1 AS n', [n])),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => [{ n }]));
  });

  it('hold up nothing after one of them met another process that writes', async () => {
    await add('before');
    await other.query('BEGIN IMMEDIATE');
    await other.query("INSERT INTO notes VALUES ('theirs')");
    await expect(add('ours')).rejects.toThrow(/SQLITE_BUSY/);
    await expect(database.query('UPDATE notes SET name = name')).rejects.toThrow(/SQLITE_BUSY/);
    await other.query('COMMIT');
    await database.query("DELETE FROM notes WHERE name = 'before'");
    await database.query('BEGIN');
    await database.query('UPDATE notes SET name = name');
    await database.query('COMMIT');
    // SQLite would keep nothing as long as a statement that writes has neither ended nor been set back.
    expect(await other.query('SELECT name FROM notes')).toEqual([{ name: 'theirs' }]);
    await other.query("INSERT INTO notes VALUES ('more of theirs')");
  });

  it('hold up nobody else', async () => {
    await add('one');
    await expect(add('one')).rejects.toThrow(/UNIQUE/);
    await names();
    await other.query("INSERT INTO notes VALUES ('theirs')");
    expect(await names()).toEqual(['one', 'theirs']);
  });

  it('say what is wrong with them to everybody who asks, also at once', async () => {
    const wrong = () => database.query('SELECT nonsense FROM notes');
    const all = await Promise.allSettled([wrong(), wrong(), wrong()]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(wrong()).rejects.toThrow(/no such column/);
    await database.query('ALTER TABLE notes ADD COLUMN nonsense text');
    expect(await wrong()).toEqual([]);
  });

  it('are as many as are asked for, and go on after a change of the schema', async () => {
    await add('one');
    for (let n = 0; n < 400; n++) await database.query(`SELECT ${n} AS n`);
    expect(await names()).toEqual(['one']);
    await database.query('ALTER TABLE notes ADD COLUMN more text');
    await database.query("UPDATE notes SET more = 'x'");
    expect(await database.query('SELECT * FROM notes')).toEqual([{ name: 'one', more: 'x' }]);
  });

  it('let the file be closed, also while one is at work', async () => {
    const slow = database.query('SELECT count(*) FROM sqlite_schema a, sqlite_schema b, sqlite_schema c');
    await new Promise(resolve => setImmediate(resolve));
    await database.destroy();
    expect(await slow).toHaveLength(1);
    await database.initialize();
    await add('again');
    expect(await names()).toEqual(['again']);
  });
});
