import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, ServerProcess } from '../process/server-process.js';
import { freePort } from '../support/free-port.js';
import { Nginx } from '../support/nginx.js';
import { SecureVisitor } from '../support/secure-visitor.js';
import { OwnStores } from '../support/stores.js';
import { PASSWORD } from '../support/password.js';

/** People with an account. */
export const PEOPLE = ['ada', 'eve', 'zoe'] as const;

export const FIRST_SECRET = 'the secret that both nodes have at first';

/** An installation in production as `deploy/` has it: nginx, two nodes, PostgreSQL and Redis. */
export class TwoNodes {
  private readonly folder = new Folder();
  /** The nodes as they are now. */
  readonly nodes: ServerProcess[] = [];

  private constructor(
    readonly nginx: Nginx,
    private readonly stores: OwnStores,
    private readonly ports: readonly [number, number],
    private readonly given: Record<string, string>,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<TwoNodes> {
    const ports = [await freePort(), await freePort()] as const;
    const nginx = await Nginx.start(ports);
    const stores = await OwnStores.make('postgres+redis');
    const installation = new TwoNodes(nginx, stores, ports, environment);
    installation.putSecrets(FIRST_SECRET);
    await installation.folder.addPeople(PEOPLE, installation.environment('command-line'));
    await Promise.all([installation.startNode(0), installation.startNode(1)]);
    return installation;
  }

  /** Starts a node where it was before. */
  async startNode(index: 0 | 1, changes: Record<string, string> = {}): Promise<ServerProcess> {
    const environment = { ...this.environment(`node-${index}`), PORT: String(this.ports[index]), ...changes };
    return (this.nodes[index] = await ServerProcess.start(this.folder, environment));
  }

  /** Starts one more node, which nginx does not know. */
  anotherNode(environment: Record<string, string>): Promise<ServerProcess> {
    const { SESSION_SECRET_FILE: _, ...rest } = this.environment('another');
    return ServerProcess.start(this.folder, { ...rest, ...environment });
  }

  /** How nginx' log names a node. */
  addressOf(index: 0 | 1): string {
    return `127.0.0.1:${this.ports[index]}`;
  }

  /** Replaces the file of the secrets as operators do: whole, in one step. */
  putSecrets(...secrets: string[]): void {
    const file = this.secretFile();
    writeFileSync(`${file}.new`, `${secrets.join('\n')}\n`);
    renameSync(`${file}.new`, file);
  }

  visitor(): SecureVisitor {
    return new SecureVisitor(this.nginx);
  }

  /** Somebody who has signed in through nginx. */
  async signedIn(username: string): Promise<SecureVisitor> {
    const visitor = this.visitor();
    const { status, body } = await visitor.arrive(username, PASSWORD);
    if (status !== 303) throw new Error(`Sign-in answered ${status}.\n${body}`);
    return visitor;
  }

  /** How many security events of a name the table holds. */
  async countEvents(name: string): Promise<number> {
    const statement = 'SELECT count(*) AS count FROM audit_events WHERE event = $1';
    const [row] = await this.stores.sql<{ count: number }>(statement, [name]);
    return row?.count ?? 0;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.kill('SIGKILL')));
    await this.nginx.stop();
    await this.stores.remove();
    this.folder.remove();
  }

  /** Each node has a folder of its own: what they share is in the stores. */
  private environment(name: string): Record<string, string> {
    return {
      PUBLIC_URL: `https://localhost:${this.nginx.port}`,
      HOST: '127.0.0.1',
      TRUST_PROXY: 'loopback',
      DATA_DIR: join(this.folder.path, name),
      SESSION_SECRET_FILE: this.secretFile(),
      ...this.stores.environment,
      ...this.given,
    };
  }

  private secretFile(): string {
    return join(this.folder.path, 'secrets');
  }
}
