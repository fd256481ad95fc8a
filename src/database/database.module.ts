import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions, type Entities } from './data-source-options.js';
import { prepareDatabase } from './prepare-database.js';
import { Sweeper } from './sweeper.js';
import { Transaction } from './transaction.js';

/** Gives the {@link Transaction}, through which everything is written, and the {@link Sweeper}. */
@Module({ providers: [Sweeper, Transaction], exports: [Sweeper, Transaction] })
export class DatabaseModule {}

/** Opens the database and brings its schema up to date; imported once, by the application's root module. */
export function databaseConnection(entities: Entities): DynamicModule {
  return TypeOrmModule.forRootAsync({
    inject: [AppConfig],
    useFactory: (config: AppConfig) => ({
      ...dataSourceOptions(config.database, entities),
      retryAttempts: 0,
    }),
    dataSourceFactory: async options => {
      if (options === undefined) throw new Error('No data source options.');
      const dataSource = new DataSource(options);
      await prepareDatabase(dataSource);
      return dataSource;
    },
  });
}
