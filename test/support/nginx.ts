import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';
import { filledIn, SHIPPED } from './nginx-configuration.js';
import { setTimeout as pause } from 'node:timers/promises';

const PROGRAM = process.env['NGINX'] ?? '/usr/sbin/nginx';
const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

/** A line of the access log. */
export interface Access {
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The nodes that were asked, and what each answered. */
  readonly node: string;
  readonly answers: string;
  readonly protocol: string;
  readonly tls: string;
}

/**
 * nginx in front of two nodes, with `deploy/nginx.conf` as it is but for ports and places, and certificates of
 * `deploy/certificates.sh`. What it is reached by is `localhost`.
 */
export class Nginx {
  private constructor(
    readonly port: number,
    readonly plainPort: number,
    /** The certificate authority to trust. */
    readonly authority: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  /** Starts it in front of the nodes at these ports, which need not be up. @throws where nginx is not installed. */
  static async start(nodes: readonly [number, number], configuration = SHIPPED): Promise<Nginx> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing: apt install nginx, or set NGINX to where it is.`);
    }
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'));
    for (const name of ['run', 'log']) mkdirSync(join(folder, name));
    // Where the master is root, its workers are somebody else.
    chmodSync(folder, 0o755);
    execFileSync(join(DEPLOY, 'certificates.sh'), [folder, 'localhost'], { stdio: 'pipe' });
    const [port, plainPort] = [await freePort(), await freePort()];
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, filledIn(configuration, { folder, port, plainPort, nodes }));
    const args = ['-p', folder, '-e', 'stderr', '-c', file, '-g', 'daemon off;'];
    const child = spawn(PROGRAM, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaints = '';
    child.stderr.on('data', chunk => (complaints += String(chunk)));
    const ended = once(child, 'close');
    const authority = readFileSync(join(folder, 'trusted', 'ca.crt'), 'utf8');
    const nginx = new Nginx(port, plainPort, authority, folder, child, ended);
    running.add(child);
    await Promise.race([
      nginx.answers(),
      ended.then(() => Promise.reject(new Error(`nginx did not start.\n${complaints}`))),
    ]);
    return nginx;
  }

  /** What it has logged so far. */
  accesses(): Access[] {
    const lines = this.log().split('\n').slice(0, -1);
    return lines.map(line => JSON.parse(line) as Access);
  }

  /** The latest line about a request of this kind. nginx writes it after the answer has gone out. */
  async access(which: Partial<Access>): Promise<Access> {
    for (;;) {
      const [found] = this.accesses()
        .reverse()
        .filter(line => Object.entries(which).every(([name, value]) => Reflect.get(line, name) === value));
      if (found !== undefined) return found;
      await pause(10);
    }
  }

  /** Everything it has written down. */
  log(): string {
    return readFileSync(join(this.folder, 'log', 'access.log'), 'utf8');
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
    running.delete(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    for (;;) {
      const socket = connect(this.port, '127.0.0.1');
      const up = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (up || this.child.exitCode !== null) return;
      await pause(20);
    }
  }
}

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
// Not SIGKILL: the workers would outlive their master.
afterAll(() => running.forEach(child => child.kill('SIGTERM')));
