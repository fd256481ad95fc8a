import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { DataSource, Entity, PrimaryColumn } from 'typeorm';
import { openExisting } from '../src/cli/open-database.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { schema } from '../src/schema.js';

@Entity({ name: 'Notes' })
class Note {
  @PrimaryColumn({ type: 'text' })
  id!: string;
}

describe('a SQLite file that is not as it should be is refused by name', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-unfit-'));
  const file = join(dir, 'gatehouse.sqlite');
  const config = readEnvironment({ DATABASE_URL: `sqlite:${file}` }, { makes: false });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** What a server does with it at the start. */
  const prepare = async (...more: (new () => object)[]) => {
    const entities = [...schema.entities, ...more];
    const database = new DataSource(dataSourceOptions(config.database, { ...schema, entities }));
    await prepareDatabase(database).finally(() => (database.isInitialized ? database.destroy() : undefined));
  };
  const run = (statements: string) =>
    new Promise<void>((resolve, reject) => {
      const database = new sqlite3.Database(file, () => {
        database.exec(statements, error => database.close(() => (error ? reject(error) : resolve())));
      });
    });

  it.each([
    [
      'CREATE TABLE Users (id integer)',
      /its table "users" is not of Gatehouse\. Another program works with it/,
    ],
    ['CREATE VIEW mails AS SELECT 1 AS id', /its table "mails" is not of Gatehouse/],
    [
      'CREATE TABLE migrations (id integer, name text); INSERT INTO migrations VALUES (1, 1)',
      /its table "migrations"/,
    ],
  ])('because another program works with it: %s', async (statements, words) => {
    mkdirSync(dir, { recursive: true });
    await run(statements);
    await expect(prepare()).rejects.toThrow(words);
    await expect(openExisting(config)).rejects.toThrow(words);
  });

  it('because its tables were changed, but copied all the same', async () => {
    await prepare();
    await run('ALTER TABLE users DROP COLUMN disabled_at; DROP TABLE mails');
    for (const refused of [() => prepare(), () => openExisting(config)])
      await expect(refused()).rejects.toThrow(
        /it lacks the table "mails"\. .+ restore a backup\.|lacks the column "disabled_at"/,
      );
    await (await openExisting(config, { anyVersion: true })).destroy();
  });

  it('because an entity of a team has no table, whatever the size of its letters', async () => {
    mkdirSync(dir, { recursive: true });
    await expect(prepare(Note)).rejects.toThrow(/lacks the table "Notes"\. .+an entity has no migration yet/);
    await run('CREATE TABLE notes (id text)');
    await prepare(Note);
  });
});
