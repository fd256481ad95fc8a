import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an application behind the gate received. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, in turn. */
  readonly raw: readonly string[];
  readonly body: string;
}

/** What an application shows at a path. */
export interface Shown {
  readonly type: string;
  readonly text: string;
  /** Whether the browser asks for it each time. */
  readonly fresh?: boolean;
}

/** An application behind a proxy: it keeps every request it gets, and answers with it, as JSON. */
export class EchoApplication {
  readonly received: Received[] = [];
  /** What it answers to GET at some paths instead, by path. */
  readonly shows = new Map<string, Shown>();

  private readonly arrivals = new EventEmitter();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param page what it answers to who wants HTML. */
  static async start(page: string | null = null, port = 0): Promise<EchoApplication> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const echo = new EchoApplication(server, (server.address() as AddressInfo).port);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers, rawHeaders: raw } = request;
        const received = { method, url, headers, raw, body: Buffer.concat(chunks).toString() };
        echo.received.push(received);
        echo.arrivals.emit(url);
        const shown = method === 'GET' ? echo.shows.get(url.split('?', 1)[0] ?? '') : undefined;
        if (shown?.fresh === true) response.setHeader('Cache-Control', 'no-store');
        if (shown !== undefined) return void response.setHeader('Content-Type', shown.type).end(shown.text);
        const html = page !== null && String(headers.accept).startsWith('text/html');
        response.setHeader('Content-Type', html ? 'text/html; charset=utf-8' : 'application/json');
        response.end(html ? page : JSON.stringify(received));
      });
    });
    server.on('upgrade', (request, socket) => {
      const { method = '', url = '', headers, rawHeaders: raw } = request;
      echo.received.push({ method, url, headers, raw, body: '' });
      const accept = acceptOf(headers['sec-websocket-key'] ?? '');
      const head = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}\r\n\r\n`);
      socket.write(HELLO);
      // Whatever comes, it hangs up.
      for (const what of ['data', 'end', 'error']) socket.on(what, () => socket.destroy());
    });
    return echo;
  }

  /** Resolves once this is asked for, from now on. */
  async next(url: string): Promise<void> {
    await once(this.arrivals, url);
  }

  get last(): Received | null {
    return this.received.at(-1) ?? null;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A text of five letters in one frame (RFC 6455, section 5.7). */
const HELLO = Buffer.from([0x81, 5, ...Buffer.from('hello')]);

/** What a browser wants to hear before it believes that somebody there speaks WebSocket (RFC 6455, section 4.2.2). */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
