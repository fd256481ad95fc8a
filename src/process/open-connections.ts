import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Duration } from '../kernel/durations.js';

/** How often idle connections are looked for, once they are not waited for any more. */
const LOOK: Duration = 50;

/** What connections are given before they are closed. */
export interface Patience {
  /** For the next request on a connection where nothing is going on. */
  readonly idle: Duration;
  /** For all of it: what is not finished by then is cut. */
  readonly whole: Duration;
  /** From when on idle connections are not waited for. */
  readonly hurry: AbortSignal;
}

/**
 * The connections of a server, and how they end. A proxy keeps connections and may send the next request on
 * one in the very moment it is closed; a form sent then is lost, because the proxy cannot know whether it was
 * carried out and must not send it again. So each connection has one more answer, which says that it is the
 * last (`Connection: close`, RFC 9112 9.6), and only what stays idle is closed by us.
 */
export class OpenConnections {
  /**
   * With the newest response each has begun, while that is under way. There is no set of responses: V8 would
   * carry each of them, dead or alive, on to the next full collection, because of how a set that shrinks and
   * grows links its old tables to the new ones.
   */
  private readonly sockets = new Map<Socket, ServerResponse | null>();
  private ending = false;
  private closed: Promise<void> = Promise.resolve();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.set(socket, null);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      if (this.ending) response.shouldKeepAlive = false;
      this.sockets.set(socket, response);
      response.once('close', () => {
        if (this.sockets.get(socket) === response) this.sockets.set(socket, null);
      });
    });
  }

  /** Stops listening; every answer from now on is the last of its connection. */
  async refuseNew(): Promise<void> {
    // Just after the loop has accepted whoever stood in line: whom it leaves there is refused without an answer.
    await turn();
    // An HTTP server's own `close` closes idle connections at once; the one below it only stops listening.
    this.closed = new Promise(resolve => TcpServer.prototype.close.call(this.server, () => resolve()));
    this.ending = true;
    for (const response of this.sockets.values()) if (response !== null) response.shouldKeepAlive = false;
  }

  /** Ends every connection. Resolves when none is left. */
  async end({ idle, whole, hurry }: Patience): Promise<void> {
    const cut = setTimeout(() => this.server.closeAllConnections(), whole);
    await Promise.race([this.closed, wait(idle, undefined, { signal: hurry }).catch(() => undefined)]);
    await this.closeIdle();
    const look = setInterval(() => void this.closeIdle(), LOOK);
    await this.closed;
    clearInterval(look);
    clearTimeout(cut);
  }

  /**
   * Just after the loop has read what came: a form that lay there while the machine was busy with something else would be lost.
   * Node does not count a connection as idle that a browser has opened and not used yet.
   */
  private async closeIdle(): Promise<void> {
    await turn();
    this.server.closeIdleConnections();
    for (const socket of this.sockets.keys()) if (socket.bytesRead === 0) socket.destroy();
  }
}
