import { join } from 'node:path';
import { ownDatabase, ownKeys, postgresVersion, redisVersion } from '../engines.js';
import { openPostgres } from './postgres.js';
import { openRedis } from './redis.js';
import { openSqlite } from './sqlite.js';
import type { Storage } from './storage.js';

/** Where Gatehouse keeps people and sessions. */
export type Kind = 'sqlite' | 'postgres' | 'postgres+redis';

/** How the table calls them. */
export const NAMES: Readonly<Record<Kind, string>> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  'postgres+redis': 'PostgreSQL + Redis',
};

/** A place for people and sessions, still without a schema. */
export interface Place {
  /** What tells Gatehouse of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Opens it once Gatehouse has set it up. */
  open(): Promise<Storage>;
  remove(): Promise<void>;
}

/** Makes a place of its own. A SQLite file comes into the data folder and goes with it. */
export async function makePlace(kind: Kind, folder: string): Promise<Place> {
  if (kind === 'sqlite')
    return {
      environment: {},
      open: () => openSqlite(join(folder, 'gatehouse.sqlite')),
      remove: async () => undefined,
    };
  const { url, remove } = await ownDatabase();
  const environment = { DATABASE_URL: url };
  if (kind === 'postgres') return { environment, open: () => openPostgres(url), remove };
  const keys = ownKeys();
  return {
    environment: { ...environment, REDIS_URL: keys.url, REDIS_PREFIX: keys.prefix },
    open: async () => openRedis(keys.url, keys.prefix, await openPostgres(url)),
    remove: async () => {
      await keys.remove();
      await remove();
    },
  };
}

/** What can be measured here, and one line on the engines: those there are, and those that are missing. */
export async function kindsHere(): Promise<{ readonly kinds: readonly Kind[]; readonly engines: string }> {
  const [postgres, redis] = await Promise.all([postgresVersion(), redisVersion()]);
  const kinds: Kind[] = ['sqlite'];
  if (postgres !== null) kinds.push('postgres');
  if (postgres !== null && redis !== null) kinds.push('postgres+redis');
  const engines = [
    postgres ?? 'PostgreSQL cannot be reached (BENCH_POSTGRES_URL): nothing is measured on it',
    redis ?? 'Redis cannot be reached (BENCH_REDIS_URL): nothing is measured on it',
  ];
  return { kinds, engines: `${engines.join('; ')}.` };
}
