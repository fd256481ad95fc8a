import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import sqlite3 from 'sqlite3';
import type { DataSourceOptions, MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/app-config.js';
import { migrations } from './migrations/all-migrations.js';

/**
 * TypeORM turns on sqlite3's "verbose" mode, which records a stack and prints the parameters of every
 * statement into it: slow, and parameters belong in no error message. This hands it the plain driver.
 */
const QUIET_SQLITE = { verbose: () => sqlite3 };

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
    driver: QUIET_SQLITE,
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
