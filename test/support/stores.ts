import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createClient } from 'redis';
import type { DatabaseConfig } from '../../src/config/app-config.js';
import { readEnvironment } from '../../src/config/read-environment.js';

/** Where people and sessions are kept: the four ways an installation can be set up. */
export const STORE_KINDS = ['sqlite', 'postgres', 'sqlite+redis', 'postgres+redis'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** What the suites run on that do not say it themselves. */
export const CHOSEN = STORE_KINDS.find(kind => kind === process.env['TEST_STORES']) ?? 'sqlite';

/** Real engines; everything a test makes in them is its own and is removed afterwards. */
export const POSTGRES_URL = process.env['TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
export const REDIS_URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** A database and a key prefix of a test's own. */
export class OwnStores {
  private users = 0;
  private removed = false;

  private constructor(
    readonly kind: StoreKind,
    /** What tells the program of them. For SQLite it is nothing: it is in `DATA_DIR`. */
    readonly environment: Readonly<Record<string, string>>,
    readonly name: string,
  ) {}

  /** @param template the PostgreSQL database to copy; without it there is nothing in it. */
  static async make(
    kind: StoreKind = CHOSEN,
    redisUrl = REDIS_URL,
    template = 'template1',
  ): Promise<OwnStores> {
    const name = `gatehouse_test_${process.pid}_${randomBytes(4).toString('hex')}`;
    const environment: Record<string, string> = {};
    if (kind.includes('postgres')) {
      await atPostgres(`CREATE DATABASE ${name} TEMPLATE ${template} ${await howToCopy()}`);
      environment['DATABASE_URL'] = databaseUrl(name);
    }
    if (kind.includes('redis')) Object.assign(environment, { REDIS_URL: redisUrl, REDIS_PREFIX: name });
    return new OwnStores(kind, environment, name);
  }

  /** The names of our keys in Redis, without the prefix. */
  keys(): Promise<string[]> {
    return atRedis(this.environment['REDIS_URL'], async redis => {
      const keys: string[] = [];
      for await (const some of redis.scanIterator({ MATCH: `${this.name}:*`, COUNT: 1000 }))
        keys.push(...some);
      return keys.map(key => key.slice(this.name.length + 1)).sort();
    });
  }

  /** All our keys with what they hold. */
  async dump(): Promise<string> {
    const lines = (await this.keys()).map(async key => {
      const type = await this.redis('TYPE', key);
      const held = await (type === 'zset' ? this.redis('ZRANGE', key, '0', '-1') : this.redis('GET', key));
      return `${key} ${JSON.stringify(held)}`;
    });
    return (await Promise.all(lines)).join('\n');
  }

  /** Sends a command that works on one of our keys, named without the prefix. */
  redis(command: string, key: string, ...words: string[]): Promise<unknown> {
    return atRedis(this.environment['REDIS_URL'], redis =>
      redis.sendCommand([command, `${this.name}:${key}`, ...words]),
    );
  }

  /** Rows of a statement on our PostgreSQL database; 64-bit numbers come as numbers. */
  async sql<T>(statement: string, parameters: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.environment['DATABASE_URL'] });
    client.setTypeParser(pg.types.builtins.INT8, Number);
    await client.connect();
    try {
      return (await client.query(statement, parameters)).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** Somebody more works with them. */
  share(): this {
    this.users += 1;
    return this;
  }

  /** Somebody less: the last one removes them. */
  async release(): Promise<void> {
    this.users -= 1;
    if (this.users === 0) await this.remove();
  }

  async remove(): Promise<void> {
    if (this.removed) return;
    this.removed = true;
    if (this.kind.includes('postgres')) await atPostgres(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
    if (this.kind.includes('redis')) await this.removeKeys();
  }

  /** Removes all our keys from Redis. */
  async removeKeys(): Promise<void> {
    await atRedis(this.environment['REDIS_URL'], async redis => {
      for await (const some of redis.scanIterator({ MATCH: `${this.name}:*`, COUNT: 1000 }))
        for (const key of some) await redis.unlink(key);
    });
  }
}

let strategy: string | null = null;

/**
 * Files are copied where nothing waits for a disk: half of the work of a copy that is written ahead. PostgreSQL 14 and
 * older know no other way.
 */
async function howToCopy(): Promise<string> {
  if (strategy !== null) return strategy;
  const { rows } = await atPostgres(
    `SELECT current_setting('fsync') = 'off' AND current_setting('server_version_num')::int >= 150000 AS quick`,
  );
  return (strategy = (rows as { quick: boolean }[])[0]?.quick === true ? 'STRATEGY file_copy' : '');
}

/** The URL of another database of the same PostgreSQL. */
function databaseUrl(name: string): string {
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return url.href;
}

/** The configuration that a URL of PostgreSQL gives, with a pool of one. */
export function postgresAt(url: string): Extract<DatabaseConfig, { kind: 'postgres' }> {
  const { database } = readEnvironment({ DATABASE_URL: url, DATABASE_POOL: '1' }, { makes: false });
  if (database.kind !== 'postgres') throw new Error('Not PostgreSQL.');
  return database;
}

/** Runs one statement on PostgreSQL's own database. */
export async function atPostgres(statement: string, url = POSTGRES_URL): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

async function atRedis<T>(
  url = REDIS_URL,
  work: (redis: ReturnType<typeof createClient>) => Promise<T>,
): Promise<T> {
  if (url === REDIS_URL) return atUsualRedis(work);
  // Of a cluster one node is enough: those of our tests have only one.
  const redis = createClient({ url: url.split(',')[0] ?? url });
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

/**
 * The connection to what is there all the time is kept: the driver makes a class of some six hundred commands whenever
 * clients with other options, the program's and ours, take turns. Nobody waits for it at the end.
 */
async function atUsualRedis<T>(work: (redis: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
  const redis = await (usual ??= createClient({ url: REDIS_URL })
    .on('error', () => (usual = null))
    .connect());
  atWork += 1;
  redis.ref();
  try {
    return await work(redis);
  } finally {
    atWork -= 1;
    if (atWork === 0) redis.unref();
  }
}
let usual: Promise<ReturnType<typeof createClient>> | null = null;
let atWork = 0;
