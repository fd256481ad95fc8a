import { resolve } from 'node:path';
import type { DatabaseConfig, PostgresAddress, RedisConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { type Parsed, parsedBy } from './connection-url.js';
import { isLoopbackHost } from './loopback.js';
import { parsePostgresUrl } from './postgres-url.js';
import { fromProjectRoot } from './project-root.js';
import { parseRedisUrls } from './redis-url.js';
import { parseSentinelUrl, type RedisServers } from './sentinel-url.js';

/** Where a database is. */
export type DatabaseAddress =
  { readonly kind: 'sqlite'; readonly file: string } | ({ readonly kind: 'postgres' } & PostgresAddress);

/** `DATABASE_URL`, with relative paths from the project's root. */
export const databaseUrl = parsedBy(text => parseDatabaseUrl(text, fromProjectRoot('.')));

/** `REDIS_URL`: one URL, the nodes of a cluster separated by commas, or Sentinels. */
export const redisServers = parsedBy(parseRedisServers);

/** `sqlite:FILE`, or a `postgres:` URL that names a database. Relative paths in it count from `folder`. */
export function parseDatabaseUrl(text: string, folder: string): Parsed<DatabaseAddress> {
  if (!/^sqlite:/i.test(text)) {
    const parsed = parsePostgresUrl(text, folder);
    return 'wrong' in parsed ? parsed : { value: { kind: 'postgres', ...parsed.value } };
  }
  const file = text.slice('sqlite:'.length);
  if (file.trim() !== file || /\p{Cc}/u.test(file))
    return { wrong: 'It has blanks or line breaks around the name of its file: take them out.' };
  if (file === '') return { wrong: 'It names no file.' };
  return { value: { kind: 'sqlite', file: resolve(folder, file) } };
}

function parseRedisServers(text: string): Parsed<RedisServers> {
  if (/^rediss?\+sentinel:/i.test(text)) return parseSentinelUrl(text);
  const parsed = parseRedisUrls(text);
  return 'wrong' in parsed ? parsed : { value: { nodes: parsed.value, sentinel: null } };
}

/**
 * What is said to a store on another machine is encrypted in production (ASVS 12.3.1), and certificates are
 * checked (12.3.2). @throws ConfigError
 */
export function requireEncryptedStores(database: DatabaseConfig, redis: RedisConfig | null): void {
  if (database.kind === 'postgres' && !isLocal(database.host) && database.ssl.mode !== 'verify-full') {
    throw new ConfigError(
      'DATABASE_URL names another machine: end it with ?sslmode=verify-full, so that in production passwords and ' +
        'sessions cross the network encrypted. (&sslrootcert=FILE names the certificate authority.)',
    );
  }
  if (redis?.nodes.some(({ host, tls }) => !tls && !isLocal(host)) === true) {
    throw new ConfigError(
      'REDIS_URL names another machine: use rediss://, or rediss+sentinel://, so that in production sessions cross the ' +
        'network encrypted.',
    );
  }
}

/** A Unix socket has the folder of the socket in place of a host. */
const isLocal = (host: string): boolean => host.startsWith('/') || isLoopbackHost(host);
