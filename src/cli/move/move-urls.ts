import type { DatabaseConfig } from '../../config/app-config.js';
import { parseDatabaseUrl } from '../../config/store-urls.js';
import { CommandFailed } from '../command-failed.js';

/** The configuration of a PostgreSQL database. */
export type PostgresDatabase = Extract<DatabaseConfig, { readonly kind: 'postgres' }>;

/**
 * The file that `--from` names, counted from `folder`. What was given is not repeated: a password may stand in it.
 * @throws CommandFailed
 */
export function fileIn(from: string, folder: string): string {
  const parsed = parseDatabaseUrl(from, folder);
  if ('value' in parsed && parsed.value.kind === 'sqlite') return parsed.value.file;
  const wrong = 'wrong' in parsed && /^sqlite:/i.test(from) ? ` ${parsed.wrong}` : '';
  throw new CommandFailed(`--from takes sqlite:FILE: only a SQLite installation can be moved.${wrong}`);
}

/**
 * The database that `--to` names, with its certificates counted from `folder`; the same about passwords.
 * @throws CommandFailed
 */
export function databaseIn(to: string, folder: string): PostgresDatabase {
  const parsed = parseDatabaseUrl(to, folder);
  if ('value' in parsed && parsed.value.kind === 'postgres') return { ...parsed.value, poolSize: 1 };
  const wrong = 'wrong' in parsed && /^postgres/i.test(to) ? ` ${parsed.wrong}` : '';
  throw new CommandFailed(
    `--to takes postgres://USER:PASSWORD@HOST:PORT/DATABASE: an installation can be moved to PostgreSQL alone.${wrong}`,
  );
}
