import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { isStoreFailure } from '../database/store-failure.js';
import type { Trusts } from '../http/client-address.js';
import { LONGEST_HEAD } from '../http/longest-head.js';
import { trustedProxies } from '../http/trusted-proxies.js';
import { Clock } from '../kernel/clock.js';
import { seconds } from '../kernel/durations.js';
import { PerMinute } from '../kernel/per-minute.js';
import { askerOf } from './asking-browser.js';
import { Gate } from './gate.js';
import { listenAt } from './gate-place.js';
import { GateReplies, type Reply } from './gate-replies.js';
import { type Dialect, DIALECTS, pathOf, type Question, questionIn } from './question.js';
import { tokenIn } from './token-text.js';

/** Where it is asked in which dialect. */
const PATHS: ReadonlyMap<string, Dialect> = new Map(
  DIALECTS.map(dialect => [`/forward-auth/${dialect}`, dialect]),
);

/**
 * Where proxies ask: a server of its own, before Nest, Express and any session of ours, at a place that nobody else can
 * reach. It reads no body, writes nothing and sets no cookie.
 */
@Injectable()
export class GateServer {
  private readonly logger = new Logger('Gate');
  private readonly lines: PerMinute;
  private readonly trusts: Trusts;
  /** Whether who is at the other end may ask: it stays who it is. */
  private readonly peers = new WeakMap<Socket, boolean>();

  constructor(
    private readonly config: AppConfig,
    private readonly gate: Gate,
    private readonly replies: GateReplies,
    clock: Clock,
  ) {
    this.lines = new PerMinute(clock, 10);
    this.trusts = trustedProxies(config.gate?.peers ?? false);
  }

  /** Listens where `GATE_LISTEN` says. @returns null where it is not set. @throws ConfigError where it cannot */
  async listen(): Promise<Server | null> {
    const { gate } = this.config;
    if (gate === null) return null;
    const server = this.server();
    await listenAt(server, gate.listen);
    return server;
  }

  private server(): Server {
    const options = {
      maxHeaderSize: LONGEST_HEAD,
      requireHostHeader: false,
      headersTimeout: seconds(10),
      requestTimeout: seconds(30),
      keepAliveTimeout: seconds(65),
      // A question has no body to wait for: Node 24.12 and later then make no stream of it that is read and ended.
      optimizeEmptyRequests: true,
    };
    // No listener for "upgrade": Node then answers the question about a WebSocket as any other.
    return createServer(options, (request, response) => this.answer(request, response));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    // A length without a body: with a kept connection the next question would be taken for it.
    if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined)
      response.shouldKeepAlive = false;
    const dialect = dialectIn(request.url ?? '');
    if (dialect === null) return this.replies.notFound(response);
    const { headers } = request;
    const isPeer = this.isPeer(request.socket);
    const question = isPeer ? questionIn(dialect, headers) : null;
    if (question !== null) return this.decide({ response, dialect, headers }, question);
    const why = isPeer ? 'question' : 'peer';
    this.report(why, request);
    const reply = { response, dialect, question, asker: 'program', token: null, headers } as const;
    this.replies.send(reply, { answer: 'no-application', why });
  }

  private decide({ response, dialect, headers }: Unasked, question: Question): void {
    const { method } = question;
    const asker = askerOf(method, headers);
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    const token = tokenIn(headers);
    const reply = { response, dialect, question, asker, token, headers };
    const asked = { ...question, cookies: headers.cookie, token, asker, isPreflight };
    this.gate.answer(asked).then(
      answer => this.replies.send(reply, answer),
      (error: unknown) => {
        if (!isStoreFailure(error)) this.logger.error({ event: 'sys_error', reason: String(error) });
        this.replies.send(reply, { answer: 'unavailable' });
      },
    );
  }

  private isPeer(socket: Socket): boolean {
    const known = this.peers.get(socket);
    if (known !== undefined) return known;
    const isPeer =
      // A Unix socket has no addresses: who may open it may ask.
      socket.remoteAddress === undefined
        ? socket.localPort === undefined
        : this.trusts(socket.remoteAddress, 0);
    this.peers.set(socket, isPeer);
    return isPeer;
  }

  /** Ten lines a minute: anybody who reaches the place could cause any number. */
  private report(reason: 'peer' | 'question', { socket }: IncomingMessage): void {
    if (this.lines.take())
      this.logger.warn({ event: 'gate_refused', reason, peer: socket.remoteAddress ?? 'socket' });
  }
}

/** Who is answered, before it is known what was asked. */
type Unasked = Pick<Reply, 'response' | 'dialect' | 'headers'>;

/** The query is the visitor's, where a proxy has put it behind the path it asks at. */
function dialectIn(url: string): Dialect | null {
  return PATHS.get(pathOf(url)) ?? null;
}
