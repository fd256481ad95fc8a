import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions, type Schema } from './data-source-options.js';
import { schemaOf } from './schema-state.js';
import { madeAt } from './place-of.js';
import { isNew, prepareDatabase } from './prepare-database.js';
import { Sweeper } from './sweeper.js';
import { Transaction } from './transaction.js';

/** Gives the {@link Transaction}, through which everything is written, and the {@link Sweeper}. */
@Module({ providers: [Sweeper, Transaction], exports: [Sweeper, Transaction] })
export class DatabaseModule {}

/** How a program comes to its database. */
export type OpenDatabase = (options: DataSourceOptions) => Promise<DataSource>;

/** Opens the database, once, for the application's root module. */
export function databaseConnection(schema: Schema, open: OpenDatabase = makeOrUpdate): DynamicModule {
  return TypeOrmModule.forRootAsync({
    inject: [AppConfig],
    useFactory: (config: AppConfig) => ({
      ...dataSourceOptions(config.database, schema),
      retryAttempts: 0,
    }),
    dataSourceFactory: async options => {
      if (options === undefined) throw new Error('No data source options.');
      return open(options);
    },
  });
}

/** What a server does: makes a database where there is none, brings the schema up to date, and says what it made. */
async function makeOrUpdate(options: DataSourceOptions): Promise<DataSource> {
  const logger = new Logger('Gatehouse');
  const dataSource = new DataSource(options);
  if (isNew(await prepareDatabase(dataSource))) logger.log(madeAt(options));
  // Old nodes go on while new ones take over, and may have to be started again.
  if ((await schemaOf(dataSource)) === 'later')
    logger.warn(
      'A later version of Gatehouse has changed the database. Start that one, once it is everywhere.',
    );
  return dataSource;
}
