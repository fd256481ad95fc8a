import { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { openAndLook, stateOfFile, withoutMaking } from '../database/existing-database.js';
import { explainDatabase } from '../database/explain-database.js';
import { requireOurTables } from '../database/our-tables.js';
import { madeAt } from '../database/place-of.js';
import { isNew, prepareDatabase } from '../database/prepare-database.js';
import type { SchemaState } from '../database/schema-state.js';
import { schema } from '../schema.js';
import { refusal } from './no-database.js';
import { say } from './output.js';

/** What is there: a database and how far its schema is, or not even a file. */
type Found =
  | { readonly state: SchemaState; readonly database: DataSource }
  | { readonly state: 'absent'; readonly database: null };

/**
 * Opens a database that is there. Nothing is made and no schema is changed: a command in the wrong place says so
 * instead of looking at something new and empty.
 * @throws CommandFailed, ConfigError
 */
export async function openExisting(
  config: AppConfig,
  { anyVersion = false }: { readonly anyVersion?: boolean } = {},
): Promise<DataSource> {
  const found = await look(config);
  if (found.state === 'ours') return anyVersion ? found.database : whole(found.database);
  if (anyVersion && (found.state === 'behind' || found.state === 'later')) return found.database;
  await found.database?.destroy();
  throw refusal(config, found.state);
}

/** Opens the database, or makes it where there is none and says so. @throws CommandFailed, ConfigError */
export async function openOrMake(config: AppConfig): Promise<DataSource> {
  const found = await look(config);
  if (found.state === 'ours') return whole(found.database);
  await found.database?.destroy();
  if (found.state !== 'none' && found.state !== 'absent') throw refusal(config, found.state);
  return (await update(config)).database;
}

/**
 * Opens the database with its schema brought up to date, or makes it and says so. `applied`: the names of the
 * migrations that were.
 * @throws CommandFailed, ConfigError
 */
export async function openUpdated(config: AppConfig): Promise<Updated> {
  const found = await look(config);
  await found.database?.destroy();
  if (found.state === 'later') throw refusal(config, found.state);
  return update(config);
}

interface Updated {
  readonly database: DataSource;
  readonly applied: readonly string[];
}

async function look(config: AppConfig): Promise<Found> {
  const { database: place } = config;
  const file = place.kind === 'sqlite' ? stateOfFile(place.file) : 'there';
  if (file === 'absent') return { state: file, database: null };
  if (file !== 'there') throw refusal(config, file);
  const database = new DataSource(withoutMaking(dataSourceOptions(place, schema)));
  try {
    return { state: await openAndLook(database), database };
  } catch (error) {
    if (database.isInitialized) await database.destroy();
    throw error;
  }
}

/** @throws ConfigError where tables of ours are not as they should be. */
async function whole(database: DataSource): Promise<DataSource> {
  try {
    await requireOurTables(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw explainDatabase(error, database.options);
  }
}

async function update(config: AppConfig): Promise<Updated> {
  const database = new DataSource(dataSourceOptions(config.database, schema));
  const applied = await prepareDatabase(database);
  if (isNew(applied)) say(madeAt(database.options));
  return { database, applied };
}
