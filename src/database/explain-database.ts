import { statfsSync } from 'node:fs';
import type { DataSourceOptions } from 'typeorm';
import { ConfigError } from '../config/config-error.js';

/** Why the database cannot be used, and what to do about it. Never a password. */
export function explainDatabase(error: unknown, options: DataSourceOptions): ConfigError {
  const said = error instanceof Error ? error.message : String(error);
  if (options.type === 'postgres') {
    const place = placeOf(options.url ?? '');
    return new ConfigError(`DATABASE_URL: ${place} cannot be used: ${said}. ${postgresAdvice(said)}`);
  }
  const file = String(options.database);
  return new ConfigError(
    `The database ${JSON.stringify(file)} cannot be used: ${said}. ${sqliteAdvice(said, file)}`,
  );
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'PostgreSQL';
  const { host, pathname, searchParams } = new URL(url);
  return `PostgreSQL at ${JSON.stringify(`${host || (searchParams.get('host') ?? 'its socket')}${pathname}`)}`;
}

function postgresAdvice(said: string): string {
  if (/does not exist/.test(said)) return 'Create it, or name another one.';
  if (/password|authentication|no pg_hba/.test(said)) return 'Check the name and the password.';
  if (/permission denied/.test(said))
    return 'The first start of a version needs a role that may create tables; see docs/operations.md.';
  if (/certificate|self-signed|SSL|TLS/i.test(said))
    return 'Name its certificate authority with sslrootcert=FILE, or mend its certificate.';
  return 'See that it runs and can be reached from here, then start again.';
}

function sqliteAdvice(said: string, file: string): string {
  if (/FULL/.test(said) || noSpaceFor(file)) return 'The disk is full: free some space and start again.';
  if (/CANTOPEN|READONLY|EACCES|EROFS/.test(said))
    return 'Make the folder writable for this user, or set DATA_DIR.';
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
