import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { loadConfig } from '../config/load-config.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { prepareDatabase } from '../database/prepare-database.js';
import { isStoreFailure } from '../database/store-failure.js';
import { entities } from '../entities.js';
import { CommandFailed } from './command-failed.js';
import { say } from './output.js';

/** `gatehouse migrate`, `gatehouse backup` */
export function databaseCommands(): readonly Command[] {
  return [
    new Command('migrate').description('bring the database schema up to date').action(migrate),
    new Command('backup')
      .argument('<file>')
      .description('copy the SQLite database while the server runs')
      .action(backup),
  ];
}

async function migrate(): Promise<void> {
  await withDatabase(async (_database, applied) =>
    say(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}.`),
  );
}

/** A consistent copy of a moment, whatever is being written meanwhile; readable for this user only. */
async function backup(file: string): Promise<void> {
  if (existsSync(file))
    throw new CommandFailed(`${JSON.stringify(file)} is there already. Name a file that is not.`);
  if (loadConfig().database.kind === 'postgres') {
    throw new CommandFailed(
      'The database is PostgreSQL: back it up with pg_dump --format=custom, which copies one moment while nodes run.',
    );
  }
  await withDatabase(async database => {
    // Made beforehand, empty and for this user only: SQLite would make it readable for all.
    closeSync(openSync(file, 'wx', 0o600));
    await database.query('VACUUM INTO ?', [file]).catch((error: unknown) => {
      // Half a copy is none, and would only stand in the way of the next one.
      rmSync(file);
      if (!isStoreFailure(error)) throw error;
      throw new CommandFailed(`Nothing was copied: ${error.message}. Free some space, or name another file.`);
    });
    say(`Copied the database to ${file}.`);
  });
}

async function withDatabase(
  work: (database: DataSource, applied: readonly string[]) => Promise<void>,
): Promise<void> {
  const database = new DataSource(dataSourceOptions(loadConfig().database, entities));
  try {
    await work(database, await prepareDatabase(database));
  } finally {
    if (database.isInitialized) await database.destroy();
  }
}
