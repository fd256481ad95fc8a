import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

const DEPLOY = join(PROJECT_ROOT, 'deploy');

/** Where everything is, for the files of `deploy/forward-auth/`. */
export interface GatePlaces {
  /** The proxy itself. */
  readonly port: number;
  readonly server: number;
  readonly gate: number;
  readonly wiki: number;
  readonly tools: number;
}

type Changes = readonly (readonly [from: string, to: string])[];

/** Something that is otherwise in one of the files: what stands there, and what does in its place. */
export type Fault = readonly [
  file: 'nginx.conf' | 'gate.conf' | 'gate-cgi.conf' | 'Caddyfile',
  from: RegExp | string,
  to: string,
];

/** What the certificate of the proxies is for. */
const NAMES = ['localhost', 'login.example.com', 'wiki.example.com', 'tools.example.net'];

/** A proxy of `deploy/forward-auth/`, with its files as they are but for ports and places. */
export class GateProxy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** A file of the authority that vouches for its certificate. */
    readonly authority: string,
  ) {}

  static nginx(places: GatePlaces, faults: readonly Fault[] = []): Promise<GateProxy> {
    const { port, server, gate, wiki, tools } = places;
    return GateProxy.start({ program: '/usr/sbin/nginx', port }, folder => {
      for (const name of ['run', 'log']) mkdirSync(join(folder, name));
      copy(
        folder,
        'nginx.conf',
        [
          ['listen 443', `listen 127.0.0.1:${port}`],
          ['server 127.0.0.1:4000', `server 127.0.0.1:${server}`],
          ['server 127.0.0.1:4001', `server 127.0.0.1:${gate}`],
          ['http://127.0.0.1:8001', `http://127.0.0.1:${wiki}`],
          ['http://127.0.0.1:8002', `http://127.0.0.1:${tools}`],
          ['/etc/nginx/tls/', `${folder}/nginx/`],
          ['/var/log/nginx/', `${folder}/log/`],
          ['/run/nginx', `${folder}/run/nginx`],
        ],
        faults,
      );
      copy(
        folder,
        'gate.conf',
        [
          ['https://$server_name$request_uri', `https://$server_name:${port}$request_uri`],
          ['Host $server_name', `Host $server_name:${port}`],
        ],
        faults,
      );
      copy(folder, 'gate-cgi.conf', [['HTTP_HOST $server_name', `HTTP_HOST $server_name:${port}`]], faults);
      return ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
    });
  }

  static caddy(places: GatePlaces, faults: readonly Fault[] = []): Promise<GateProxy> {
    const { port, server, gate, wiki, tools } = places;
    return GateProxy.start({ program: '/usr/bin/caddy', port }, folder => {
      copy(
        folder,
        'Caddyfile',
        [
          ['https_port 443', `https_port ${port}`],
          ['127.0.0.1:4000', `127.0.0.1:${server}`],
          ['127.0.0.1:4001', `127.0.0.1:${gate}`],
          ['127.0.0.1:8001', `127.0.0.1:${wiki}`],
          ['127.0.0.1:8002', `127.0.0.1:${tools}`],
          ['/etc/caddy/tls/', `${folder}/nginx/`],
        ],
        faults,
      );
      return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    end(this.child);
    await ended;
    running.delete(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private static async start(
    { program, port }: { readonly program: string; readonly port: number },
    prepare: (folder: string) => string[],
  ): Promise<GateProxy> {
    if (!existsSync(program)) throw new Error(`${program} is missing: apt install nginx caddy`);
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-gate-'));
    cpSync(certificates(), folder, { recursive: true });
    // Where the master is root, its workers are somebody else.
    chmodSync(folder, 0o755);
    const env = { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const child = spawn(program, prepare(folder), { stdio: ['ignore', 'ignore', 'pipe'], env });
    running.add(child);
    let complaints = '';
    child.stderr?.on('data', chunk => (complaints += String(chunk)));
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`${program} did not start.\n${complaints}`);
      await pause(20);
    }
    return new GateProxy(child, folder, join(folder, 'trusted', 'ca.crt'));
  }
}

let made: string | null = null;

/** A folder with certificates for all proxies of this process, which all go by the same names. */
function certificates(): string {
  if (made !== null) return made;
  const folder = (made = mkdtempSync(join(tmpdir(), 'gatehouse-certificates-')));
  execFileSync(join(DEPLOY, 'certificates.sh'), [folder, ...NAMES], { stdio: 'pipe' });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts a file there with its changes, and with what is wrong in it. */
function copy(folder: string, name: string, changes: Changes, faults: readonly Fault[]): void {
  const text = readFileSync(join(DEPLOY, 'forward-auth', name), 'utf8');
  let changed = adapted(name, text, changes);
  for (const [, from, to] of faults.filter(([file]) => file === name)) {
    const before = changed;
    changed = before.replace(from, to);
    if (changed === before) throw new Error(`${name} has nothing like ${String(from)}.`);
  }
  writeFileSync(join(folder, name), changed);
}

/** All in one go: a port that was put in may begin like one that is to be replaced. */
function adapted(name: string, text: string, changes: Changes): string {
  for (const [from] of changes)
    if (!text.includes(from)) throw new Error(`${name} has no "${from}" to replace.`);
  const wanted = new Map(changes);
  const any = changes.map(([from]) => from.replaceAll(/[$.*+?^{}()|[\]\\]/g, '\\$&')).join('|');
  return text.replaceAll(new RegExp(any, 'g'), from => wanted.get(from) ?? from);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const up = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return up;
}

/** What a test that failed half-way left behind ends with the test process. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(end));

/** nginx' workers outlive a master that is killed, and go on to answer at its port; Caddy waits for who is connected. */
const end = (child: ChildProcess): boolean =>
  child.kill(child.spawnfile.endsWith('nginx') ? 'SIGTERM' : 'SIGKILL');
