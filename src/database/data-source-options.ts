import type { DataSourceOptions, MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/app-config.js';
import { migrations } from './migrations/all-migrations.js';
import { postgresOptions } from './postgres-options.js';
import { sqliteOptions } from './sqlite-options.js';

/** Entity classes, which the composition hands in: this folder knows no capability. */
export type Entities = MixedList<new () => object>;

/** How TypeORM reaches the database, the same for the server, the CLI and `ormconfig.ts`. */
export function dataSourceOptions(database: DatabaseConfig, entities: Entities): DataSourceOptions {
  const schema = {
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsRun: false,
    synchronize: false,
  };
  return database.kind === 'postgres'
    ? { ...postgresOptions(database), ...schema }
    : { ...sqliteOptions(database.file), ...schema };
}
