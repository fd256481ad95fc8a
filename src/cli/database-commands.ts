import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { callersFolder, loadConfig } from '../config/load-config.js';
import { neededKeys } from '../database/needed-keys.js';
import { isStoreFailure } from '../database/store-failure.js';
import type { Duration } from '../kernel/durations.js';
import { CommandFailed } from './command-failed.js';
import { openExisting, openUpdated } from './open-database.js';
import { say, showProgress } from './output.js';

/** `gatehouse migrate`, `gatehouse backup` */
export function databaseCommands(): readonly Command[] {
  return [
    new Command('migrate')
      .description('bring the database schema up to date; make a database where there is none')
      .action(migrate),
    new Command('backup')
      .argument('<file>')
      .description('copy the SQLite database while the server runs')
      .action(backup),
  ];
}

async function migrate(): Promise<void> {
  const { database, applied } = await openUpdated(loadConfig({ makes: false }));
  await database.destroy();
  say(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}.`);
}

/**
 * A consistent copy of a moment, whatever is being written meanwhile; readable for this user only. It is copied as it
 * is, whichever version wrote it: before an upgrade, with the program of before or of after.
 */
async function backup(given: string): Promise<void> {
  const file = resolve(callersFolder(), given);
  if (existsSync(file))
    throw new CommandFailed(`${JSON.stringify(file)} is there already. Name a file that is not.`);
  const config = loadConfig({ makes: false });
  if (config.database.kind === 'postgres') {
    throw new CommandFailed(
      'The database is PostgreSQL: back it up with pg_dump --format=custom, which copies one moment while nodes run.',
    );
  }
  const database = await openExisting(config, { anyVersion: true });
  try {
    makeEmpty(file);
    const needed = await neededKeys(database);
    const unwatch = await watchCopy(database, file);
    const copied = database.query('VACUUM INTO ?', [file]).finally(unwatch);
    await copied.catch((error: unknown) => {
      // Half a copy is no backup, and would only stand in the way of the next one.
      rmSync(file, { force: true });
      if (!isStoreFailure(error)) throw error;
      throw new CommandFailed(`Nothing was copied: ${error.message}. Free some space, or name another file.`);
    });
    say(`Copied the database to ${file}.`);
    // A key that began to seal while it was copied counts as well.
    say(keysLine(config, [...needed, ...(await neededKeys(database))]));
  } finally {
    await database.destroy();
  }
}

/** Which keys belong to the copy: without them what is sealed in it is lost, and with them in it anybody could open it. */
function keysLine({ dataKeyFile }: AppConfig, ids: readonly string[]): string {
  const file = JSON.stringify(dataKeyFile);
  const all = [...new Set(ids)].sort();
  return all.length === 0
    ? `The data keys in ${file} are not in the copy, and nothing in it needs them yet. Keep that file elsewhere.`
    : `The copy needs the data ${all.length === 1 ? 'key' : 'keys'} ${all.join(', ')} of ${file}, which ${all.length === 1 ? 'is' : 'are'} not in it. Keep that file elsewhere.`;
}

/** How often a terminal is told how far the copy is. */
const EVERY: Duration = 250;

/** Shows how much of the database is in the copy. The copy may be smaller: it has no gaps. @returns what ends it */
async function watchCopy(database: DataSource, file: string): Promise<() => void> {
  const [size] = await database.query<{ bytes: number }[]>(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );
  // Somebody may take it away meanwhile.
  const copied = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const show = () => showProgress(`Copying: ${mebibytes(copied())} of ${mebibytes(size?.bytes ?? 0)} MiB`);
  show();
  const timer = setInterval(show, EVERY);
  return () => {
    clearInterval(timer);
    showProgress('');
  };
}

const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1);

/** Made beforehand, empty and for this user only: SQLite would make it readable for all. */
function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CommandFailed(
      `${JSON.stringify(file)} cannot be written (${code}). Name a file in a folder that can.`,
    );
  }
}
