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

function connectionTo({ nodes, sentinel }: RedisConfig): RedisConnection {
  if (sentinel !== null) return new PrimaryConnection(() => placeBy(nodes, sentinel));
  const [node, ...others] = nodes;
  return others.length === 0 ? new PrimaryConnection(node) : new ClusterConnection(nodes);
}

/** @throws where the Sentinels name none, or one that may not be spoken to in clear. */
async function placeBy(nodes: RedisConfig['nodes'], sentinel: SentinelConfig): Promise<Place> {
  const { primary, agreed } = await askSentinels(nodes, sentinel.name);
  if (sentinel.staysHere && !isLoopbackHost(primary.host))
    throw new Error(
      'its Sentinels name a primary on another machine: use rediss+sentinel://, so that in production sessions cross ' +
        'the network encrypted',
    );
  return { node: { ...sentinel.primary, ...primary }, certain: agreed };
}
