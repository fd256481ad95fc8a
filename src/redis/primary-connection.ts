import { createClient } from 'redis';
import type { RedisNode } from '../config/app-config.js';
import { isReply } from './error-replies.js';
import type { RedisConnection, RedisEvent } from './redis-connection.js';
import { CONNECTING, LOOK_AGAIN, reaching, SILENCE, usualOptions, within } from './redis-waits.js';

/** Where a server is. */
export interface Place {
  readonly node: RedisNode;
  /** Whether it may be believed although this program is at work elsewhere. */
  readonly certain: boolean;
}

type Client = ReturnType<typeof clientOf>;

/**
 * One connection to one server that takes writes. When it breaks it is over: where the server is by then, and whether it
 * still takes writes, is for the next one to find out.
 */
export class PrimaryConnection implements RedisConnection {
  readonly isWhole = true;
  private readonly listeners: [RedisEvent, (error: unknown) => void][] = [];
  private client: Client | null = null;
  private ready = false;
  private ended = false;

  private watch: NodeJS.Timeout | undefined;

  /** @param place the server, or what finds out where it is. */
  constructor(private readonly place: RedisNode | (() => Promise<Place>)) {}

  send(_key: string, words: readonly string[]): Promise<unknown> {
    if (this.client === null || !this.ready) return Promise.reject(new Error('There is no connection'));
    return this.client.sendCommand([...words]);
  }

  askMasters(words: readonly string[]): Promise<readonly unknown[]> {
    return this.send('', words).then(
      answer => [answer],
      () => [],
    );
  }

  /** @throws where there is no such server, or it takes no writes. */
  async connect(): Promise<void> {
    const { place } = this;
    const node = typeof place === 'function' ? (await place()).node : place;
    const client = clientOf(node);
    this.client = client;
    let first: unknown = null;
    client.on('error', error => {
      first ??= error;
      this.fail(error);
    });
    if (this.ended) return;
    try {
      await within(CONNECTING, client.connect());
      // The driver cannot be stopped while it connects.
      if (this.ended) return client.destroy();
      requirePrimary(await helloOf(client));
    } catch (error) {
      if (client.isOpen) client.destroy();
      // What TLS says of it comes that way; here the driver says only that it was cut off.
      throw first ?? error;
    }
    this.ready = true;
    this.tell('ready', null);
    if (typeof place !== 'function') return;
    this.watch = setInterval(() => void this.lookAgain(node, place), LOOK_AGAIN).unref();
  }

  async close(): Promise<void> {
    this.ended = true;
    clearInterval(this.watch);
    if (this.client?.isReady === true) await this.client.close();
  }

  destroy(): void {
    this.ended = true;
    clearInterval(this.watch);
    if (this.client?.isReady === true) this.client.destroy();
  }

  on(event: RedisEvent, listener: (error: unknown) => void): void {
    this.listeners.push([event, listener]);
  }

  /**
   * A primary that was replaced on purpose is told so only seconds later, and until then takes writes that are lost
   * afterwards. Where nobody can say where it is, all goes on as before.
   */
  private async lookAgain({ host, port }: RedisNode, find: () => Promise<Place>): Promise<void> {
    const place = await find().catch(() => null);
    if (place?.certain === true && (place.node.host !== host || place.node.port !== port))
      this.fail(new Error('Its Sentinels name another primary'));
  }

  /** Before it is ready, `connect` throws. */
  private fail(error: unknown): void {
    if (!this.ready || this.ended) return;
    this.tell('error', error);
    this.tell('end', error);
  }

  private tell(event: RedisEvent, error: unknown): void {
    for (const [wanted, listener] of this.listeners) if (wanted === event) listener(error);
  }
}

function clientOf(node: RedisNode) {
  const { socket, ...options } = usualOptions();
  const { socket: place, ...login } = reaching(node);
  return createClient({ ...options, ...login, socket: { ...socket, ...place, reconnectStrategy: false } });
}

/** What a server says of itself to everybody who may speak to it; nothing where it is asked too much. */
async function helloOf(client: Client): Promise<readonly string[]> {
  try {
    const said = await within(SILENCE, client.sendCommand(['HELLO']));
    return Array.isArray(said) ? said.map(String) : [];
  } catch (error) {
    if (isReply(error)) return [];
    throw error;
  }
}

function requirePrimary(hello: readonly string[]): void {
  const said = (what: string) => (hello.includes(what) ? hello[hello.indexOf(what) + 1] : null);
  if (said('mode') === 'sentinel')
    throw new Error(`it is a Sentinel. To have Sentinels asked where Redis is, write ${SENTINELS}`);
  if (said('role') === 'replica' || said('role') === 'slave')
    throw new Error(
      `it is a replica, which takes no writes. Name the primary, or Sentinels that know it: ${SENTINELS}`,
    );
}

const SENTINELS = 'redis+sentinel://HOST:PORT,HOST:PORT/NAME';
