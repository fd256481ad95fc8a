import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, Entity, PrimaryColumn } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { KeyNameColumn, keyColumnsOf, SealedColumn } from '../src/database/key-columns.js';
import { neededKeys, needsInWords, needsOf } from '../src/database/needed-keys.js';
import { schema } from '../src/schema.js';
import { documentText, tablesIn } from './support/document-tables.js';
import { OwnStores } from './support/stores.js';

const placeOfSeed = (id: string) => `seeds.text/${id}`;

/** As a team would write one: two sealed values in a row. */
@Entity({ name: 'seeds' })
class Seed {
  @PrimaryColumn({ type: 'text' })
  person!: string;

  @SealedColumn({ words: ['seed', 'seeds'], place: placeOfSeed })
  text!: string | null;

  @SealedColumn(
    { words: ['spare seed', 'spare seeds'], place: id => `seeds.spare/${id}` },
    { name: 'spare_text' },
  )
  spare!: string | null;
}

/** Something else in the row was made by a key. */
@Entity({ name: 'marks' })
class Mark {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @KeyNameColumn({ words: ['mark', 'marks'] }, { name: 'key_id' })
  keyId!: string | null;
}

describe.each(['sqlite', 'postgres'] as const)('columns that need data keys, on %s', kind => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-columns-'));
  let stores: OwnStores;
  let database: DataSource;
  beforeAll(async () => {
    stores = await OwnStores.make(kind);
    const config = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...stores.environment });
    const schema = { entities: [Seed, Mark], migrations: [] };
    database = new DataSource({ ...dataSourceOptions(config.database, schema) });
    await database.initialize();
    await database.synchronize();
  });
  afterAll(async () => {
    await database.destroy();
    await stores.remove();
    rmSync(folder, { recursive: true });
  });

  it('are those that entities mark, by the names of the database', () => {
    const [text, spare, mark, ...more] = keyColumnsOf(database);
    expect(text).toEqual({
      table: 'seeds',
      key: 'person',
      column: 'text',
      words: ['seed', 'seeds'],
      place: placeOfSeed,
    });
    expect(spare).toMatchObject({ table: 'seeds', column: 'spare_text' });
    expect(mark).toEqual({
      table: 'marks',
      key: 'id',
      column: 'key_id',
      words: ['mark', 'marks'],
      place: null,
    });
    expect(more).toEqual([]);
  });

  it('need the key that sealed, and the key that is named; null needs none', async () => {
    expect([await neededKeys(database), await needsOf(database)]).toEqual([[], []]);
    await database.manager.insert(Seed, [
      { person: 'ada', text: 'one1.AAAA', spare: 'two2.AAAA' },
      { person: 'ben', text: 'one1.BBBB', spare: null },
    ]);
    const ids = ['one1', 'three', 'three', 'three3', null];
    await database.manager.insert(
      Mark,
      ids.map((keyId, index) => ({ id: `m${index}`, keyId })),
    );
    expect(await neededKeys(database)).toEqual(['one1', 'three', 'three3', 'two2']);
    const needs = await needsOf(database);
    expect(needsInWords(needs)).toBe('2 seeds, 1 spare seed, 1 mark, 2 marks, 1 mark');
    expect(needs.map(({ keyId, resealable }) => [keyId, resealable])).toEqual([
      ['one1', true],
      ['two2', true],
      ['one1', false],
      ['three', false],
      ['three3', false],
    ]);
  });
});

describe('a data key that is lost', () => {
  it('is told of in docs/operations.md for each kind of row that needs one, with a statement for it', async () => {
    const database = new DataSource({ type: 'sqlite', database: ':memory:', entities: [...schema.entities] });
    await database.initialize();
    const [, section = ''] = documentText('docs/operations.md').split('### A data key that is lost\n');
    const [rows = []] = tablesIn(section);
    const statementOf = (words: string) => rows.find(([kind]) => kind === words)?.at(-1) ?? '';
    const all = keyColumnsOf(database);
    expect(all.length).toBeGreaterThan(3);
    for (const { table, column, words, place } of all) {
      const which = place === null ? `${column} = 'ID'` : `${column} LIKE 'ID.%'`;
      expect(statementOf(words[1])).toContain(`DELETE FROM ${table} WHERE ${which}`);
    }
    expect(rows.map(([kind]) => kind).sort()).toEqual(all.map(({ words }) => words[1]).sort());
    await database.destroy();
  });
});
