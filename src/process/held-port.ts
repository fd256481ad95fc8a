import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AppConfig } from '../config/app-config.js';

/** A port of this machine that is kept for the server. */
export interface HeldPort {
  readonly port: number;
  /** What the server listens on in its place. */
  readonly by: Server;
}

/**
 * Takes a port at once: 0 is one that is free, so that it can stand in addresses before the server listens, and nobody
 * else gets it meanwhile. Whoever comes before the server is sent away.
 * @throws the system's error where the port is taken, or the host is no address of this machine
 */
export async function holdPort({ host, port }: AppConfig['listen']): Promise<HeldPort> {
  const by = createServer(connection => connection.destroy());
  by.listen(port, host);
  await once(by, 'listening');
  const address = by.address();
  if (address === null || typeof address === 'string')
    throw new Error('A port was asked for, and none was got.');
  return { port: address.port, by };
}
