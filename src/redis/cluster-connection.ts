import { createCluster } from 'redis';
import type { RedisConfig } from '../config/app-config.js';
import type { RedisConnection, RedisEvent } from './redis-connection.js';
import { AGAIN, reaching, usualOptions } from './redis-waits.js';

/** The cluster that these nodes belong to: the driver finds out who has what, and connects again by itself. */
export class ClusterConnection implements RedisConnection {
  readonly isWhole = false;
  private readonly cluster: ReturnType<typeof clusterOf>;

  constructor(nodes: RedisConfig['nodes']) {
    this.cluster = clusterOf(nodes);
  }

  send(key: string, words: readonly string[]): Promise<unknown> {
    return this.cluster.sendCommand(key, false, [...words]);
  }

  async askMasters(words: readonly string[]): Promise<readonly unknown[]> {
    const asked = this.cluster.masters.map(async master =>
      (await this.cluster.nodeClient(master)).sendCommand([...words]),
    );
    const ends = await Promise.allSettled(asked);
    return ends.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []));
  }

  connect(): Promise<unknown> {
    return this.cluster.connect();
  }

  close(): Promise<unknown> {
    return this.cluster.close();
  }

  destroy(): void {
    this.cluster.destroy();
  }

  on(event: RedisEvent, listener: (error: unknown) => void): void {
    if (event !== 'end') this.cluster.on(event, listener);
  }
}

function clusterOf(nodes: RedisConfig['nodes']) {
  const { socket, ...options } = usualOptions();
  const { socket: first, database: _, ...login } = reaching(nodes[0]);
  return createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
    // The cluster tells of its other nodes by address alone: they take the same name, password and encryption.
    defaults: {
      ...options,
      ...login,
      socket: { ...socket, reconnectStrategy: () => AGAIN, ...('tls' in first ? { tls: first.tls } : {}) },
    },
  });
}
