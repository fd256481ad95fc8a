import { createCluster } from 'redis';
import type { RedisConnection, RedisEvent } from './redis-connection.js';
import { AGAIN, usualOptions } from './redis-waits.js';

/** The cluster that these nodes belong to: the driver finds out who has what, and connects again by itself. */
export class ClusterConnection implements RedisConnection {
  private readonly cluster: ReturnType<typeof clusterOf>;

  constructor(urls: readonly string[]) {
    this.cluster = clusterOf(urls);
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

function clusterOf(urls: readonly string[]) {
  const { username, password, protocol } = new URL(urls[0] ?? '');
  const { socket, ...options } = usualOptions();
  return createCluster({
    rootNodes: urls.map(url => ({ url })),
    // The cluster tells of its other nodes by address alone: they take the same name, password and encryption.
    defaults: {
      ...options,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      socket: {
        ...socket,
        reconnectStrategy: () => AGAIN,
        ...(protocol === 'rediss:' ? { tls: true as const } : {}),
      },
    },
  });
}
