import type { DataSourceOptions } from 'typeorm';

/** Which database it is, for the operator: a file, or a host and a name. Never a password. */
export function placeOf(options: DataSourceOptions): string {
  if (options.type !== 'postgres') return JSON.stringify(String(options.database));
  const { host = '', port = 5432, database = '' } = options;
  const where = host.startsWith('/') || port === 5432 ? host : `${host}:${port}`;
  return `PostgreSQL at ${JSON.stringify(`${where}/${database}`)}`;
}

/** What is said when a database was made. */
export const madeAt = (options: DataSourceOptions): string =>
  `Made a new database ${options.type === 'postgres' ? 'in' : 'at'} ${placeOf(options)}.`;
