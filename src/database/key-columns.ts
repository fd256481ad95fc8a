import { Column, type ColumnOptions, type DataSource, type EntityMetadata } from 'typeorm';
import { tablesNamed } from './our-tables.js';

/** What a row with a key in it is called, and several. */
export type RowWords = readonly [one: string, several: string];

/** What an entity says of a column whose values a data key sealed. */
export interface Sealing {
  readonly words: RowWords;
  /** The place of a row, to which its seal is bound, by the row's primary key. Unlike all other places. */
  readonly place: (key: string) => string;
}

/** What an entity says of a column that names a data key, by which something else in its row was made. */
export interface KeyNaming {
  readonly words: RowWords;
}

/** A column whose rows need data keys. Names are those of the database. */
export interface KeyColumn {
  readonly table: string;
  /** The primary key, of one column. */
  readonly key: string;
  readonly column: string;
  readonly words: RowWords;
  /** Null: the column names a key alone, and nothing in it can be sealed anew. */
  readonly place: Sealing['place'] | null;
}

/**
 * Marks a text column that holds what `DataKeys.seal` gave, or null. That is all a capability does so that the start asks
 * for its keys, `keys list` counts its rows and `keys reseal` seals them anew.
 */
export const SealedColumn = (sealing: Sealing, options: ColumnOptions = {}): PropertyDecorator =>
  marked(options, sealing.words, sealing.place);

/** Marks a text column that holds the id of a data key, or null: where a MAC was made by it. As {@link SealedColumn}. */
export const KeyNameColumn = ({ words }: KeyNaming, options: ColumnOptions = {}): PropertyDecorator =>
  marked(options, words, null);

/** The columns of all entities whose rows need data keys. */
export const keyColumnsOf = (database: DataSource): readonly KeyColumn[] =>
  database.entityMetadatas.flatMap(columnsOf);

/** Those that are there, in a database of an earlier version, too. */
export async function keyColumnsIn(database: DataSource): Promise<readonly KeyColumn[]> {
  const all = keyColumnsOf(database);
  const runner = database.createQueryRunner();
  const tables = all.map(({ table }) => table);
  const there = await tablesNamed(tables, runner).finally(() => runner.release());
  return all.filter(({ table, column }) => there.get(table)?.includes(column) === true);
}

interface Mark {
  readonly property: string;
  readonly words: RowWords;
  readonly place: Sealing['place'] | null;
}

/** By the classes of entities, as TypeORM keeps their columns. */
const marks = new WeakMap<object, readonly Mark[]>();

function marked(options: ColumnOptions, words: RowWords, place: Mark['place']): PropertyDecorator {
  return (target, property) => {
    Column({ type: 'text', nullable: true, ...options })(target, property);
    const mark: Mark = { property: String(property), words, place };
    marks.set(target.constructor, [...(marks.get(target.constructor) ?? []), mark]);
  };
}

function columnsOf({
  target,
  tableName: table,
  columns,
  primaryColumns,
}: EntityMetadata): readonly KeyColumn[] {
  const key = primaryColumns[0]?.databaseName ?? '';
  const ours = typeof target === 'function' ? (marks.get(target) ?? []) : [];
  return ours.flatMap(({ property, words, place }) => {
    const column = columns.find(({ propertyName }) => propertyName === property);
    return column === undefined ? [] : [{ table, key, column: column.databaseName, words, place }];
  });
}
