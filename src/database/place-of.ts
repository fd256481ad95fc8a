import type { DataSourceOptions } from 'typeorm';

/** Which database it is, for the operator: a file, or a host and a name. Never a password. */
export function placeOf(options: DataSourceOptions): string {
  if (options.type !== 'postgres') return JSON.stringify(String(options.database));
  const url = options.url ?? '';
  if (!URL.canParse(url)) return 'PostgreSQL';
  const { host, pathname, searchParams } = new URL(url);
  return `PostgreSQL at ${JSON.stringify(`${host || (searchParams.get('host') ?? 'its socket')}${pathname}`)}`;
}

/** What is said when a database was made. */
export const madeAt = (options: DataSourceOptions): string =>
  `Made a new database ${options.type === 'postgres' ? 'in' : 'at'} ${placeOf(options)}.`;
