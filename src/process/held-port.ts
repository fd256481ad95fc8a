import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** A free port of this machine that is kept for the server. */
export interface HeldPort {
  readonly port: number;
  /** What the server listens on in its place. */
  readonly by: Server;
}

/**
 * Takes a free port at once, so that it can stand in addresses before the server listens, and nobody else gets it
 * meanwhile. Whoever comes before the server is sent away. @throws where the host is no address of this machine
 */
export async function holdPort(host: string): Promise<HeldPort> {
  const by = createServer(connection => connection.destroy());
  by.listen(0, host);
  await once(by, 'listening');
  const address = by.address();
  if (address === null || typeof address === 'string')
    throw new Error('A port was asked for, and none was got.');
  return { port: address.port, by };
}
