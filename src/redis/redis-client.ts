import { createClient, createCluster, ErrorReply } from 'redis';
import type { RedisConfig, RedisNode } from '../config/app-config.js';
import { type Duration, seconds } from '../kernel/durations.js';

/** A command without an answer for this long means a server that is gone, also where the network does not say so. */
const SILENCE: Duration = seconds(2);

/** How often an idle connection is asked whether it is still there. */
const PING: Duration = 500;

/** How long to wait before the next attempt to connect: short, so that the server's return is noticed at once. */
const AGAIN: Duration = 250;

/** How long a question that nothing depends on may take. */
const HURRY: Duration = seconds(1);

/** Commands that may wait for an answer; beyond it they are refused at once, so that memory stays bounded. */
const LONGEST_LINE = 20_000;

/** What this program needs of a client, whether of one server or of a cluster. */
export interface RedisClient {
  /** Sends a command that works on `key`. @returns strings, numbers, null, and lists of them. */
  send(key: string, words: readonly string[]): Promise<unknown>;
  /**
   * Asks the server, or each master of a cluster. @returns the answers that came within {@link HURRY}: whoever does not
   * answer, or may not, is left out. Never throws.
   */
  askMasters(words: readonly string[]): Promise<readonly unknown[]>;
  connect(): Promise<unknown>;
  /** Answers what is under way, then closes. */
  close(): Promise<unknown>;
  destroy(): void;
  on(event: 'error' | 'ready', listener: (error: unknown) => void): unknown;
}

/** Whether an error is what the server answered, and not that it did not. */
export const isReply = (error: unknown): boolean => error instanceof ErrorReply;

/** Makes a client of one server, or of a cluster where several are named. It is not connected yet. */
export const redisClient = (config: RedisConfig): RedisClient =>
  new ImpatientClient(() => plainClient(config));

/**
 * Gives a command up that has no answer after {@link SILENCE}, and its connection with it: the driver's own limit
 * counts from the last thing written, so that with enough traffic it would never come.
 */
class ImpatientClient implements RedisClient {
  private readonly listeners: Parameters<RedisClient['on']>[] = [];
  private client: RedisClient;
  private ended = false;

  constructor(private readonly make: () => RedisClient) {
    this.client = make();
  }

  send(key: string, words: readonly string[]): Promise<unknown> {
    const { client } = this;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const silent = new Error(`No answer within ${SILENCE} ms`);
        reject(silent);
        this.replace(client, silent);
      }, SILENCE);
      client.send(key, words).then(
        answer => {
          clearTimeout(late);
          resolve(answer);
        },
        (error: unknown) => {
          clearTimeout(late);
          reject(error);
        },
      );
    });
  }

  async askMasters(words: readonly string[]): Promise<readonly unknown[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly unknown[]>(resolve => {
      timer = setTimeout(() => resolve([]), HURRY);
    });
    return Promise.race([this.client.askMasters(words), late]).finally(() => clearTimeout(timer));
  }

  connect(): Promise<unknown> {
    return this.client.connect();
  }

  close(): Promise<unknown> {
    this.ended = true;
    return this.client.close();
  }

  destroy(): void {
    this.ended = true;
    this.client.destroy();
  }

  on(event: 'error' | 'ready', listener: (error: unknown) => void): void {
    this.listeners.push([event, listener]);
    this.client.on(event, listener);
  }

  /** Unless that was done already: everything that waits on the old connection fails, and a new one is made. */
  private replace(silent: RedisClient, why: Error): void {
    if (this.client !== silent || this.ended) return;
    this.client = this.make();
    for (const [event, listener] of this.listeners) {
      this.client.on(event, listener);
      if (event === 'error') listener(why);
    }
    silent.destroy();
    this.connectAgain();
  }

  /** A client of one server tries by itself until it succeeds; one of a cluster gives up when no node answers. */
  private connectAgain(): void {
    const { client } = this;
    client.connect().catch((error: unknown) => {
      const why = error instanceof Error ? error : new Error(String(error));
      setTimeout(() => this.replace(client, why), AGAIN).unref();
    });
  }
}

function plainClient({ nodes }: RedisConfig): RedisClient {
  const options = {
    pingInterval: PING,
    // Nothing waits for a connection: whoever asks meanwhile is told at once that the store is unavailable.
    disableOfflineQueue: true,
    commandsQueueMaxLength: LONGEST_LINE,
  };
  const [node, ...others] = nodes;
  return others.length === 0 ? ofServer(node, options) : ofCluster([node, ...others], options);
}

/** Patience, encryption, name and password: the same for all nodes of a cluster. */
const reaching = ({ tls, user, password }: RedisNode) => ({
  socket: {
    ...{ connectTimeout: SILENCE, socketTimeout: SILENCE, reconnectStrategy: () => AGAIN },
    ...(tls ? { tls } : {}),
  },
  ...(user === null ? {} : { username: user }),
  ...(password === null ? {} : { password }),
});

function ofServer(node: RedisNode, options: object): RedisClient {
  const { socket, ...whom } = reaching(node);
  const { host, port, database } = node;
  const client = createClient({ ...options, ...whom, database, socket: { ...socket, host, port } });
  return {
    send: (_key, words) => client.sendCommand([...words]),
    askMasters: words => answersOf([client.sendCommand([...words])]),
    connect: () => client.connect(),
    close: () => client.close(),
    destroy: () => client.destroy(),
    on: (event, listener) => client.on(event, listener),
  };
}

function ofCluster(nodes: readonly [RedisNode, ...RedisNode[]], options: object): RedisClient {
  const cluster = createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
    // The cluster tells of its other nodes by address alone: they take the same name, password and encryption.
    defaults: { ...options, ...reaching(nodes[0]) },
  });
  return {
    send: (key, words) => cluster.sendCommand(key, false, [...words]),
    askMasters: words =>
      answersOf(
        cluster.masters.map(async master => (await cluster.nodeClient(master)).sendCommand([...words])),
      ),
    connect: () => cluster.connect(),
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
    on: (event, listener) => cluster.on(event, listener),
  };
}

async function answersOf(asked: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const ends = await Promise.allSettled(asked);
  return ends.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []));
}
