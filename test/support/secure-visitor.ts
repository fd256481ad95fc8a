import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent, request } from 'node:https';
import { Visitor } from './visitor.js';

/** Where a {@link SecureVisitor} goes. */
export interface SecureSite {
  readonly port: number;
  /** The certificate authority to trust. */
  readonly authority: string;
}

/** A visitor of `https://localhost:PORT`, whose browser checks the certificate and keeps one connection. */
export class SecureVisitor extends Visitor {
  override readonly origin: string;
  private readonly agent: Agent;

  constructor({ port, authority }: SecureSite) {
    super(port);
    this.origin = `https://localhost:${port}`;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority });
  }

  /** Closes the browser. */
  leave(): void {
    this.agent.destroy();
  }

  protected override open(
    options: RequestOptions,
    answered: (response: IncomingMessage) => void,
  ): ClientRequest {
    const site = { host: 'localhost', family: 4, port: this.port, agent: this.agent };
    return request({ ...options, ...site }, answered);
  }
}
