import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import type { DatabaseConfig, RedisConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { isLoopbackHost } from './loopback.js';

/** `DATABASE_URL`: `sqlite:FILE`, or a `postgres:` URL that names a database. */
export const databaseUrl = z
  .string()
  .refine(text => /^sqlite:.+/.test(text) || (/^postgres(ql)?:/.test(text) && namesDatabase(text)));

/** `REDIS_URL`: one URL, or the nodes of a cluster separated by commas. */
export const redisUrls = z
  .string()
  .transform(text => text.split(',').map(url => url.trim()))
  .pipe(z.array(z.string().refine(isRedisUrl)).min(1));

/**
 * What is said to a store on another machine is encrypted in production (ASVS 12.3.1), and certificates are
 * checked (12.3.2). @throws ConfigError
 */
export function requireEncryptedStores(database: DatabaseConfig, redis: RedisConfig | null): void {
  if (
    database.kind === 'postgres' &&
    !isLocal(new URL(database.url)) &&
    sslModeOf(database.url) !== 'verify-full'
  ) {
    throw new ConfigError(
      'DATABASE_URL names another machine: end it with ?sslmode=verify-full, so that in production passwords and ' +
        'sessions cross the network encrypted. (&sslrootcert=FILE names the certificate authority.)',
    );
  }
  if (redis?.urls.some(url => url.startsWith('redis:') && !isLocal(new URL(url))) === true) {
    throw new ConfigError(
      'REDIS_URL names another machine: use rediss://, or rediss+sentinel://, so that in production sessions cross the ' +
        'network encrypted.',
    );
  }
}

/** The same database, with the files that its URL names counted from `folder` where they are relative. */
export function withPathsFrom(folder: string, url: string): string {
  if (url.startsWith('sqlite:')) return `sqlite:${resolve(folder, url.slice('sqlite:'.length))}`;
  const parts = new URL(url);
  const files = ['sslrootcert', 'sslcert', 'sslkey'].flatMap(name => {
    const file = parts.searchParams.get(name) ?? '';
    return file === '' || isAbsolute(file) ? [] : [{ name, file }];
  });
  for (const { name, file } of files) parts.searchParams.set(name, resolve(folder, file));
  return files.length === 0 ? url : parts.href;
}

const sslModeOf = (url: string): string | null => new URL(url).searchParams.get('sslmode');

/** A Unix socket has no host, or the folder of the socket in its place. */
const isLocal = ({ hostname, searchParams }: URL): boolean =>
  (hostname === '' && (searchParams.get('host') ?? '/').startsWith('/')) || isLoopbackHost(hostname);

/** One word, without what only a password that was not percent-encoded brings into it. */
const namesDatabase = (text: string): boolean =>
  URL.canParse(text) && /^\/[^/@]+$/.test(new URL(text).pathname);

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '';
}
