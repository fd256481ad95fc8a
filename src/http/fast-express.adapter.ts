import { createServer, IncomingMessage, type Server as HttpServer, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express, type Response } from 'express';
import { seconds } from '../kernel/durations.js';
import { LONGEST_HEAD } from './longest-head.js';
import { Remarks } from './remarks.js';
import { RequestContext } from './request-context.js';
import { onlyReadable, rejectBrokenRequests } from './broken-request.js';

/**
 * Nest's Express adapter, several times as fast on Node 20. Express gives every request and response a new
 * prototype, which makes V8 forget what it knew of their shape and costs more than the rest of a small
 * request. Here the server creates them from classes that carry Express' methods already, so there is
 * nothing left to change. `docs/decisions/0002-fast-express-adapter.md` has the figures.
 */
export class FastExpressAdapter extends ExpressAdapter {
  readonly app: Express;
  /** Where remarks on requests go. */
  readonly remarks = new Remarks();

  /** @param held what keeps a port for this server, which takes it over in place of the one it is told. */
  constructor(private readonly held: Server | null = null) {
    const app = express();
    super(app);
    this.app = app;
  }

  override listen(port: string | number, callback?: () => void): HttpServer;
  override listen(port: string | number, host: string, callback?: () => void): HttpServer;
  override listen(port: string | number, ...rest: readonly unknown[]): HttpServer {
    const [host, callback] = [rest.find(isText), rest.find(isCallback)];
    if (this.held !== null) return this.httpServer.listen(this.held, callback);
    return host === undefined ? super.listen(port, callback) : super.listen(port, host, callback);
  }

  /** Answers plain JSON without the detours of `response.json`, which looks for caches and types that are settled here. */
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (!isPlain(body) || response.hasHeader('Content-Type')) return super.reply(response, body, statusCode);
    const json = JSON.stringify(body);
    if (statusCode !== undefined) response.statusCode = statusCode;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(json));
    return response.end(json);
  }

  override initHttpServer(): void {
    const { Request, Response } = expressClasses(this.app, this.remarks);
    const options = {
      IncomingMessage: Request,
      ServerResponse: Response,
      maxHeaderSize: LONGEST_HEAD,
      // Node's own answer to a missing Host has no security headers; ours has.
      requireHostHeader: false,
      headersTimeout: seconds(10),
      requestTimeout: seconds(30),
      // How much longer than that they can be: Node looks every 30 seconds unless it is told otherwise.
      connectionsCheckingInterval: seconds(1),
      keepAliveTimeout: seconds(65),
    };
    this.httpServer = createServer(options, onlyReadable(this.app));
    rejectBrokenRequests(this.httpServer);
  }
}

/** Node's own classes with the methods of `app` on their prototypes, and `app` set to find them there. */
function expressClasses(app: Express, remarks: Remarks) {
  class Request extends IncomingMessage {
    readonly gatehouse = new RequestContext(remarks);
    /** In place of Express' own, which takes an entry of `X-Forwarded-For` with a port for no address. */
    get ip(): string {
      return this.gatehouse.ip;
    }
  }
  class Response<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  copyMethods(app.request, Request.prototype, IncomingMessage.prototype);
  copyMethods(app.response, Response.prototype, ServerResponse.prototype);
  Object.defineProperty(app, 'request', { value: Request.prototype });
  Object.defineProperty(app, 'response', { value: Response.prototype });
  return { Request, Response };
}

/** Copies what stands between `from` and `root` (not included), the nearest definition of a name first. */
function copyMethods(from: object, to: object, root: object): void {
  for (let level: unknown = from; isObject(level) && level !== root; level = Object.getPrototypeOf(level)) {
    for (const name of Reflect.ownKeys(level)) {
      const own = Object.getOwnPropertyDescriptor(level, name);
      if (name === 'constructor' || own === undefined || Object.hasOwn(to, name)) continue;
      Object.defineProperty(to, name, { ...own, configurable: true });
    }
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isCallback = (value: unknown): value is () => void => typeof value === 'function';

/** An object literal or a list: what JSON is made of. A stream or an error is Nest's to answer. */
const isPlain = (value: unknown): value is object =>
  Array.isArray(value) || (isObject(value) && Object.getPrototypeOf(value) === Object.prototype);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
