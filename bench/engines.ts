import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createClient } from 'redis';
import { removable, type Remove } from './leftovers.js';

const POSTGRES_URL = process.env['BENCH_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const REDIS_URL = process.env['BENCH_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** How long an engine may take to answer, in milliseconds. */
const PATIENCE = 2000;

/** Keys that are looked for and removed in one go. */
const AT_ONCE = 5000;

/** A database of the benchmark's own, empty. */
export interface OwnDatabase {
  readonly url: string;
  readonly remove: Remove;
}

/** Names in Redis that begin with something of the benchmark's own. */
export interface OwnKeys {
  readonly url: string;
  readonly prefix: string;
  readonly remove: Remove;
}

/** PostgreSQL's version; null where it cannot be reached. */
export const postgresVersion = (): Promise<string | null> =>
  orNull(() => atPostgres('SHOW server_version').then(([row]) => `PostgreSQL ${row?.['server_version']}`));

/** Redis' version; null where it cannot be reached. */
export const redisVersion = (): Promise<string | null> =>
  orNull(() =>
    atRedis(async redis => `Redis ${/redis_version:(\S+)/.exec(await redis.info('server'))?.[1]}`),
  );

/** Makes a database beside the one of `BENCH_POSTGRES_URL`. */
export async function ownDatabase(): Promise<OwnDatabase> {
  const name = ownName();
  await atPostgres(`CREATE DATABASE ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  const drop = async () => void (await atPostgres(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return { url: url.href, remove: removable(drop) };
}

/** Takes a prefix for keys; whatever has it is removed in the end. */
export function ownKeys(): OwnKeys {
  const prefix = ownName();
  const remove = () =>
    atRedis(async redis => {
      for await (const keys of redis.scanIterator({ MATCH: `${prefix}:*`, COUNT: AT_ONCE }))
        if (keys.length > 0) await redis.unlink(keys);
    });
  return { url: REDIS_URL, prefix, remove: removable(remove) };
}

const ownName = (): string => `gatehouse_bench_${process.pid}_${randomBytes(4).toString('hex')}`;

async function atPostgres(statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: PATIENCE });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function atRedis<T>(work: (redis: ReturnType<typeof connection>) => Promise<T>): Promise<T> {
  const redis = connection();
  // Without a listener an error would end this process; the command that failed because of it says so as well.
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

const connection = () =>
  createClient({ url: REDIS_URL, socket: { connectTimeout: PATIENCE, reconnectStrategy: false } });

const orNull = <T>(work: () => Promise<T>): Promise<T | null> => work().catch(() => null);
