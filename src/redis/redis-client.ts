import { isLoopbackHost } from '../config/loopback.js';
import type { RedisConfig, SentinelConfig } from '../config/app-config.js';
import { ClusterConnection } from './cluster-connection.js';
import { ImpatientClient } from './impatient-client.js';
import { type Place, PrimaryConnection } from './primary-connection.js';
import type { RedisConnection } from './redis-connection.js';
import { askSentinels } from './sentinels.js';

/** Makes a client of one server, wherever it is by now, or of a cluster where several are named. It is not connected yet. */
export const redisClient = (config: RedisConfig): ImpatientClient =>
  new ImpatientClient(() => connectionTo(config));

function connectionTo({ urls, sentinel }: RedisConfig): RedisConnection {
  if (sentinel !== null) return new PrimaryConnection(() => placeBy(urls, sentinel));
  const [url = '', ...others] = urls;
  return others.length === 0 ? new PrimaryConnection(url) : new ClusterConnection(urls);
}

/** @throws where the Sentinels name none, or one that may not be spoken to in clear. */
async function placeBy(urls: readonly string[], sentinel: SentinelConfig): Promise<Place> {
  const { primary, agreed } = await askSentinels(urls, sentinel.name);
  const { host, port } = primary;
  const name = host.includes(':') ? `[${host}]` : host;
  if (sentinel.staysHere && !isLoopbackHost(name))
    throw new Error(
      'its Sentinels name a primary on another machine: use rediss+sentinel://, so that in production sessions cross ' +
        'the network encrypted',
    );
  return { url: sentinel.primary.replace(/([/@])primary\//, `$1${name}:${port}/`), certain: agreed };
}
