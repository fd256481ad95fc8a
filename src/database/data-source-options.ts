import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSourceOptions, MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/app-config.js';
import { migrations } from './migrations/all-migrations.js';

/** Entity classes, which the composition hands in: this folder knows no capability. */
export type Entities = MixedList<new () => object>;

/**
 * How TypeORM reaches the database, the same for the server, the CLI and `ormconfig.ts`.
 * Creates the folder of a SQLite file.
 */
export function dataSourceOptions(database: DatabaseConfig, entities: Entities): DataSourceOptions {
  mkdirSync(dirname(database.file), { recursive: true, mode: 0o700 });
  return {
    type: 'sqlite',
    database: database.file,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsRun: false,
    synchronize: false,
    // Readers and one writer work side by side, in this process and in others on the same file.
    enableWAL: true,
    // A write waits this long (milliseconds) for another process' write before it fails.
    busyTimeout: 2000,
  };
}
