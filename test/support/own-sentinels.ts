import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { says } from './own-redis.js';

/** Under this they know the primary. */
const NAME = 'login';

/** How long a server may be silent, in milliseconds: on a busy machine one that lives may be, and is not to be replaced. */
const NEVER = 600_000;
const SOON = 400;

interface Options {
  /** How many of them. */
  readonly count?: number;
  /** Lines of their configuration besides. */
  readonly settings?: readonly string[];
  /** What they and their askers must say. */
  readonly password?: string;
}

/** Sentinels of a test's own, which look after one Redis and its replicas, and are quick about it. */
export class OwnSentinels {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-sentinels-'));
  private processes: readonly ChildProcessByStdio<null, Readable, null>[] = [];
  private ports: readonly number[] = [];

  private constructor(private readonly options: Options) {}

  /** Starts them, and waits until each knows all others and every replica. */
  static async start(primary: number, replicas: number, options: Options = {}): Promise<OwnSentinels> {
    const sentinels = new OwnSentinels(options);
    const count = options.count ?? 3;
    sentinels.ports = await Promise.all(Array.from({ length: count }, freePort));
    for (const port of sentinels.ports)
      writeFileSync(sentinels.file(port), sentinels.configuration(port, primary));
    await sentinels.startAgain();
    await Promise.all(sentinels.ports.map(port => sentinels.knows(port, count - 1, replicas)));
    return sentinels;
  }

  /** What `REDIS_URL` is set to. */
  get url(): string {
    return this.urlOf(NAME);
  }

  urlOf(name: string): string {
    return `redis+sentinel://${this.addresses.join()}/${name}`;
  }

  /** `HOST:PORT` of each. */
  get addresses(): readonly string[] {
    return this.ports.map(port => `127.0.0.1:${port}`);
  }

  /** Makes another server the primary while this one lives, and gives its port when all agree. */
  async failOver(): Promise<number> {
    const before = await this.primary();
    await this.hasHeardOfReplicas();
    return this.primaryOtherThan(before, async () => {
      // It gives up where a step takes longer than `failover-timeout`, and refuses where no replica is fit for a moment.
      if ((await this.primary()) === before && !(await this.isFailingOver()))
        await this.command(this.ports[0] ?? 0, 'SENTINEL', 'FAILOVER', NAME).catch(() => undefined);
    });
  }

  /** Has them take a primary that is dead for dead, and gives the port of the one they make in its place. */
  async replace(dead: number): Promise<number> {
    await this.callDeadAfter(SOON);
    const port = await this.primaryOtherThan(dead);
    await this.callDeadAfter(NEVER);
    return port;
  }

  private async callDeadAfter(ms: number): Promise<void> {
    const words = ['SENTINEL', 'SET', NAME, 'down-after-milliseconds', String(ms)];
    await Promise.all(this.ports.map(port => this.command(port, ...words)));
  }

  /** Waits until all of them name another primary than that. @param urge is called each time before. @returns its port. */
  private async primaryOtherThan(port: number, urge?: () => Promise<void>): Promise<number> {
    for (;;) {
      await urge?.();
      const named = await Promise.all(this.ports.map(asked => this.primary(asked)));
      if (named.every(other => other !== port && other === named[0])) return named[0] ?? 0;
      await pause(20);
    }
  }

  async startAgain(): Promise<void> {
    this.processes = this.ports.map(port => {
      const child = spawn('redis-server', [this.file(port), '--sentinel'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.add(child);
      return child;
    });
    await Promise.all(this.processes.map(child => says(child, child.stdout, /\+monitor master/)));
  }

  /** Ends all of them; what they know stays in their files. */
  async end(): Promise<void> {
    const ended = this.processes.map(child => once(child, 'exit').then(() => running.delete(child)));
    for (const child of this.processes) child.kill('SIGKILL');
    this.processes = [];
    await Promise.all(ended);
  }

  /** After their end: waits until each has been asked so many times more, and was cut off for an answer. */
  async askedInVain(times: number): Promise<void> {
    await Promise.all(this.ports.map(port => cutOff(port, times)));
  }

  /** Ends them for good. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isFailingOver(): Promise<boolean> {
    const facts = pairs(await this.command(this.ports[0] ?? 0, 'SENTINEL', 'MASTER', NAME));
    return facts['flags']?.includes('failover_in_progress') ?? false;
  }

  private async primary(asked = this.ports[0] ?? 0): Promise<number> {
    const answer = await this.command(asked, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
    return Array.isArray(answer) ? Number(answer[1]) : 0;
  }

  private async knows(port: number, others: number, replicas: number): Promise<void> {
    const wanted = new RegExp(`status=ok,address=[^,]*,slaves=${replicas},sentinels=${others + 1}`);
    while (!wanted.test(String(await this.command(port, 'INFO', 'sentinel')))) await pause(20);
  }

  /** Waits until the one that is asked has had an answer of each replica: before that it knows none that could take over. */
  private async hasHeardOfReplicas(): Promise<void> {
    const [asked = 0] = this.ports;
    const isFit = (facts: Record<string, string>) =>
      facts['flags'] === 'slave' &&
      facts['master-link-status'] === 'ok' &&
      facts['role-reported'] === 'slave';
    for (;;) {
      const replicas = await this.command(asked, 'SENTINEL', 'REPLICAS', NAME);
      if (Array.isArray(replicas) && replicas.every(each => isFit(pairs(each)))) return;
      await pause(20);
    }
  }

  private async command(port: number, ...words: string[]): Promise<unknown> {
    const { password } = this.options;
    const client = createClient({
      url: `redis://127.0.0.1:${port}`,
      ...(password === undefined ? {} : { password }),
    });
    await client.connect();
    return client.sendCommand(words).finally(() => client.close());
  }

  private file(port: number): string {
    return join(this.folder, `${port}.conf`);
  }

  private configuration(port: number, primary: number): string {
    const { password, settings = [], count = 3 } = this.options;
    return [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${this.folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${primary} ${Math.ceil(count / 2)}`,
      `sentinel down-after-milliseconds ${NAME} ${NEVER}`,
      `sentinel failover-timeout ${NAME} 3000`,
      ...(password === undefined ? [] : [`requirepass ${password}`]),
      ...settings,
    ].join('\n');
  }
}

/** What Redis says as a list of names and values, in turn; newer versions of its protocol have a form of their own. */
function pairs(said: unknown): Record<string, string> {
  if (!Array.isArray(said)) return said as Record<string, string>;
  const words = said.map(String);
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? '']] : [])));
}

/** Ends connections to a port as they come, until there were so many. */
async function cutOff(port: number, times: number): Promise<void> {
  const door = createServer(socket => socket.destroy()).listen(port, '127.0.0.1');
  await once(door, 'listening');
  for (let asked = 0; asked < times; asked++) await once(door, 'connection');
  door.close();
}

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => running.forEach(child => child.kill('SIGKILL')));
