import { statfsSync, statSync } from 'node:fs';
import type { DataSourceOptions } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import { placeOf } from './place-of.js';

/** Why the database cannot be used, and what to do about it. Never a password. */
export function explainDatabase(error: unknown, options: DataSourceOptions): ConfigError {
  // TypeORM puts the names of errors it wraps in front of what they say.
  const said = (error instanceof Error ? error.message : String(error)).replace(/^Unavailable: /, '');
  const place = placeOf(options);
  if (options.type === 'postgres')
    return new ConfigError(`DATABASE_URL: ${place} cannot be used: ${said}. ${postgresAdvice(said)}`);
  const advice = sqliteAdvice(said, String(options.database));
  return new ConfigError(`The database ${place} cannot be used: ${said}. ${advice}`);
}

function postgresAdvice(said: string): string {
  if (/search_path|session_replication_role/.test(said)) return 'Then start again.';
  if (/during recovery|read-only/.test(said))
    return 'It is a standby, or may only be read: name the server that takes writes.';
  if (/does not exist/.test(said)) return 'Create it, or name another one.';
  if (/password|authentication|no pg_hba/.test(said)) return 'Check the name and the password.';
  if (/permission denied/.test(said))
    return 'The first start of a version needs a role that may create tables; see docs/operations.md.';
  if (/^ENOENT.* open /.test(said)) return 'Name a file that is there: paths count from the project’s root.';
  if (/certificate|self-signed|SSL|TLS/i.test(said))
    return 'Name its certificate authority with sslrootcert=FILE, or mend its certificate.';
  return 'See that it runs and can be reached from here, then start again.';
}

function sqliteAdvice(said: string, file: string): string {
  if (/FULL/.test(said) || noSpaceFor(file)) return 'The disk is full: free some space and start again.';
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    return 'It is a folder: name a file.';
  if (/CANTOPEN|READONLY|EACCES|EROFS/.test(said))
    return 'Run this as the user whose database it is, make its folder writable for this one, or set DATA_DIR.';
  if (/NOTADB|CORRUPT/.test(said)) return 'The file is damaged or no SQLite database: restore a backup.';
  if (/BUSY|LOCKED/.test(said)) return 'Another process holds it: wait for it, or stop it.';
  return 'Mend that and start again.';
}

function noSpaceFor(file: string): boolean {
  try {
    return statfsSync(file).bavail === 0;
  } catch {
    return false;
  }
}
