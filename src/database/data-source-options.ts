import type { DataSourceOptions, MigrationInterface } from 'typeorm';
import type { DatabaseConfig } from '../config/app-config.js';
import { postgresOptions } from './postgres-options.js';
import { sqliteOptions } from './sqlite-options.js';

/** The tables and how they came about, which the composition hands in: this folder knows no capability. */
export interface Schema {
  readonly entities: readonly (new () => object)[];
  /** In their order. */
  readonly migrations: readonly (new () => MigrationInterface)[];
}

/** How TypeORM reaches the database, the same for the server, the CLI and `ormconfig.ts`. */
export function dataSourceOptions(
  database: DatabaseConfig,
  { entities, migrations }: Schema,
): DataSourceOptions {
  const schema = {
    entities: [...entities],
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsRun: false,
    synchronize: false,
  };
  return database.kind === 'postgres'
    ? { ...postgresOptions(database), ...schema }
    : { ...sqliteOptions(database.file), ...schema };
}

/** The names of the migrations a connection knows, in their order. */
export const migrationsOf = ({ migrations = [] }: DataSourceOptions): readonly string[] =>
  Object.values(migrations).flatMap(each => (typeof each === 'function' ? [each.name] : []));
