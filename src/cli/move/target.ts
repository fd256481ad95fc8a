import { DataSource, type DataSourceOptions } from 'typeorm';
import { ConfigError } from '../../config/config-error.js';
import { requireEncryptedStores } from '../../config/store-urls.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { explainDatabase, isForOperator } from '../../database/explain-database.js';
import { schemaOf } from '../../database/schema-state.js';
import { migrationConnection } from '../../database/postgres-options.js';
import { madeAt } from '../../database/place-of.js';
import { isNew, prepareDatabase } from '../../database/prepare-database.js';
import { isStoreFailure } from '../../database/store-failure.js';
import { schema } from '../../schema.js';
import { CommandFailed } from '../command-failed.js';
import { say } from '../output.js';
import type { PostgresDatabase } from './move-urls.js';

/** Where the rows go. */
export interface TargetOptions {
  readonly database: PostgresDatabase;
  /** Whether what is said to another machine must be encrypted. */
  readonly production: boolean;
}

/**
 * Opens the PostgreSQL database with its schema up to date, and closes it when `work` is done.
 * @throws CommandFailed where it cannot be used.
 */
export async function withTarget<T>(
  options: TargetOptions,
  work: (target: DataSource) => Promise<T>,
): Promise<T> {
  const target = new DataSource(patient(options.database));
  try {
    await open(target, options);
    return await work(target);
  } catch (error) {
    // What passes by itself is told by the command: run it again.
    if (!isForOperator(error) || isStoreFailure(error)) throw error;
    throw asTarget(explainDatabase(error, target.options));
  } finally {
    if (target.isInitialized) await target.destroy();
  }
}

async function open(target: DataSource, { database, production }: TargetOptions): Promise<void> {
  try {
    if (production) requireEncryptedStores(database, null);
    if (isNew(await prepareDatabase(target))) say(madeAt(target.options));
    if ((await schemaOf(target)) === 'later')
      throw new CommandFailed(
        '--to was changed by a later version of Gatehouse. Use the command line of that version.',
      );
  } catch (error) {
    throw error instanceof ConfigError ? asTarget(error) : error;
  }
}

const asTarget = ({ message }: ConfigError): CommandFailed =>
  new CommandFailed(message.replaceAll('DATABASE_URL', '--to'));

/** Nobody's page waits for these statements: they may take their time. */
function patient(database: PostgresDatabase): DataSourceOptions {
  const options = dataSourceOptions(database, schema);
  return options.type === 'postgres' ? migrationConnection(options) : options;
}
