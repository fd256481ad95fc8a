import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { folderInMemory } from './suites/folder-in-memory.mjs';

/** A Redis of a test's own, which it may stop, hold up and start again. */
export class OwnRedis {
  private readonly folder = mkdtempSync(join(folderInMemory(), 'gatehouse-redis-'));
  private process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  /** @param cluster one node that has all the slots: it minds them like any other. */
  static async start({
    cluster = false,
    options = [],
  }: { readonly cluster?: boolean; readonly options?: readonly string[] } = {}): Promise<OwnRedis> {
    const clusterOptions = cluster
      ? ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]
      : [];
    const redis = new OwnRedis(await freePort(), [...clusterOptions, ...options]);
    await redis.startAgain();
    if (cluster) {
      await redis.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      while (!String(await redis.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) await pause(20);
    }
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** More than one address makes the program speak to a cluster. */
  get clusterUrls(): string {
    return `${this.url},${this.url}`;
  }

  async startAgain(): Promise<void> {
    const usual = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--appendonly',
      'yes',
    ];
    const child = spawn('redis-server', [...usual, '--appendfsync', 'always', ...this.options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process = child;
    running.add(child);
    await says(child, child.stdout, /Ready to accept connections/);
  }

  async command(...words: string[]): Promise<unknown> {
    const client = createClient({ url: this.url });
    await client.connect();
    return client.sendCommand(words).finally(() => client.close());
  }

  /** Waits until a replica of it has all that was written so far. */
  async isCopied(): Promise<void> {
    const replication = async () => String(await this.command('INFO', 'replication'));
    const written = Number(/master_repl_offset:(\d+)/.exec(await replication())?.[1]);
    const hasAll = (info: string) =>
      [...info.matchAll(/state=online,offset=(\d+)/g)].some(([, offset]) => Number(offset) >= written);
    while (!hasAll(await replication())) await pause(20);
  }

  /** As a machine that answers nothing, and says not even that. */
  hold(): void {
    this.process?.kill('SIGSTOP');
  }

  letGo(): void {
    this.process?.kill('SIGCONT');
  }

  /** Ends it; what it knows stays in its folder. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child === null) return;
    this.process = null;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
    running.delete(child);
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when an engine says these words there. @throws with what it said, where it ends instead. */
export function says(child: ChildProcess, where: Readable, words: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    where.on('data', chunk => {
      said += String(chunk);
      if (words.test(said)) resolve();
    });
    child.once('close', () => reject(new Error(`${child.spawnfile} ended: ${said}`)));
  });
}

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => running.forEach(child => child.kill('SIGKILL')));
