import { createClient } from 'redis';
import { z } from 'zod';
import type { RedisNode } from '../config/app-config.js';
import { HURRY, reaching } from './redis-waits.js';

/** Where a server is. */
export type Address = z.infer<typeof Address>;

const Address = z.tuple([z.string(), z.string()]).transform(([host, port]) => ({ host, port: Number(port) }));

/** What Sentinels say. */
export interface Named {
  readonly primary: Address;
  /** Whether more than half of them say so. */
  readonly agreed: boolean;
}

/**
 * Where the primary of that name is, as soon as more than half of the Sentinels agree; otherwise what most of those say
 * that have answered within {@link HURRY}. A single one may be cut off, together with a primary that was replaced.
 * @throws where none names one.
 */
export function askSentinels(sentinels: readonly RedisNode[], name: string): Promise<Named> {
  const [named, failures]: [Address[], string[]] = [[], []];
  return new Promise((resolve, reject) => {
    const asked = sentinels.map(async sentinel => {
      try {
        named.push(await addressBy(sentinel, name));
      } catch (error) {
        failures.push(error instanceof Error ? error.message || error.name : String(error));
      }
      const [primary] = mostNamed(named);
      if (primary !== undefined && votesFor(primary, named) > sentinels.length / 2)
        resolve({ primary, agreed: true });
    });
    void Promise.all(asked).then(() => {
      const [primary] = mostNamed(named);
      if (primary !== undefined) return resolve({ primary, agreed: false });
      reject(new Error(`its Sentinels name no primary (${[...new Set(failures)].join('; ')})`));
    });
  });
}

const mostNamed = (named: readonly Address[]): readonly Address[] =>
  [...named].sort((one, other) => votesFor(other, named) - votesFor(one, named));

const votesFor = ({ host, port }: Address, named: readonly Address[]): number =>
  named.filter(other => other.host === host && other.port === port).length;

async function addressBy(sentinel: RedisNode, name: string): Promise<Address> {
  const patience = { connectTimeout: HURRY, socketTimeout: HURRY, reconnectStrategy: false } as const;
  const { socket, ...login } = reaching(sentinel);
  const options = { ...login, socket: { ...socket, ...patience } };
  const client = createClient({ ...options, disableOfflineQueue: true, disableClientInfo: true });
  // Whoever waits is told.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
    if (answer === null) throw new Error(`none is called ${JSON.stringify(name)}`);
    return Address.parse(answer);
  } finally {
    if (client.isOpen) client.destroy();
  }
}
