import type { DatabaseConfig } from '../../config/app-config.js';
import { databaseUrl, withPathsFrom } from '../../config/store-urls.js';
import { CommandFailed } from '../command-failed.js';

/** The configuration of a PostgreSQL database. */
export type PostgresDatabase = Extract<DatabaseConfig, { readonly kind: 'postgres' }>;

/** The file that `--from` names. What was given is not repeated: a password may stand in it. @throws CommandFailed */
export function fileIn(from: string): string {
  const [, file] = /^sqlite:(.+)$/.exec(from) ?? [];
  if (file === undefined)
    throw new CommandFailed('--from takes sqlite:FILE: only a SQLite installation can be moved.');
  return file;
}

/**
 * The database that `--to` names, with its certificates counted from `folder`; the same about passwords.
 * @throws CommandFailed
 */
export function databaseIn(to: string, folder: string): PostgresDatabase {
  if (to.startsWith('sqlite:') || !databaseUrl.safeParse(to).success)
    throw new CommandFailed(
      '--to takes postgres://USER:PASSWORD@HOST:PORT/DATABASE: an installation can be moved to PostgreSQL alone.',
    );
  return { kind: 'postgres', url: withPathsFrom(folder, to), poolSize: 1 };
}
