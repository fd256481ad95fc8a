import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { atPostgres } from './stores.js';
import { freePort } from './free-port.js';
import { folderInMemory } from './suites/folder-in-memory.mjs';
import { says } from './own-redis.js';

const LIBRARY = '/usr/lib/postgresql';

/** A PostgreSQL of a test's own, which it may stop, hold up and start again. */
export class OwnPostgres {
  private readonly folder = mkdtempSync(join(folderInMemory(), 'gatehouse-postgres-'));
  private process: ChildProcess | null = null;
  private holder: pg.Client | null = null;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  /** @param options settings as `-c name=value` takes them. */
  static async start(options: readonly string[] = []): Promise<OwnPostgres> {
    const postgres = new OwnPostgres(await freePort(), options);
    postgres.initialise();
    await postgres.startAgain();
    await atPostgres('CREATE DATABASE gatehouse', postgres.adminUrl);
    return postgres;
  }

  /** A hot standby of it, which follows it as long as both run. */
  async standby(): Promise<OwnPostgres> {
    const standby = new OwnPostgres(await freePort(), this.options);
    const [program = '', ...words] = asPostgres('pg_basebackup', [
      ...['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-D', standby.folder],
      ...['--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
    ]);
    execFileSync('chown', [`--reference=${this.folder}`, standby.folder]);
    execFileSync(program, words, { stdio: 'ignore' });
    await standby.startAgain();
    return standby;
  }

  /** Of the database that is always there. */
  get adminUrl(): string {
    return this.urlOf('postgres');
  }

  /** Of its database for Gatehouse. */
  get url(): string {
    return this.urlOf('gatehouse');
  }

  async startAgain(): Promise<void> {
    const options = ['-D', this.folder, '-p', String(this.port), '-c', 'listen_addresses=127.0.0.1'];
    const quick = ['-c', `unix_socket_directories=${this.folder}`, '-c', 'fsync=off'];
    const [program = '', ...words] = asPostgres('postgres', [
      ...[...options, ...quick],
      ...this.options.flatMap(setting => ['-c', setting]),
    ]);
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.process = child;
    running.add(child);
    await says(child, child.stderr, /ready to accept (read-only )?connections/);
  }

  /** Has it read its settings, and whom it admits, once more; resolves when it has: it is only told to by then. */
  async readAgain(): Promise<void> {
    // As whoever comes now finds it, on a connection of their own.
    const readAt = async () =>
      (await atPostgres('SELECT pg_conf_load_time()::text AS at', this.adminUrl)).rows[0] as { at: string };
    const { at: before } = await readAt();
    await atPostgres('SELECT pg_reload_conf()', this.adminUrl);
    while ((await readAt()).at === before) await pause(20);
  }

  /** Starts it anew as a standby, which may only be read, until it is {@link promote}d. */
  async startAsStandby(): Promise<void> {
    await this.end();
    closeSync(openSync(join(this.folder, 'standby.signal'), 'w'));
    await this.startAgain();
  }

  async promote(): Promise<void> {
    await atPostgres('SELECT pg_promote()', this.adminUrl);
  }

  /** As a machine that answers nothing, and says not even that: the server and all that work for it. */
  hold(): void {
    this.signalAll('STOP');
  }

  letGo(): void {
    this.signalAll('CONT');
  }

  /** As somebody who has locked every table of Gatehouse and gone to lunch. */
  async lockTables(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    this.holder = client;
    const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    const names = rows.map(({ tablename }) => `"${tablename}"`);
    await client.query(`BEGIN; LOCK TABLE ${names.join()} IN ACCESS EXCLUSIVE MODE`);
  }

  async unlockTables(): Promise<void> {
    await this.holder?.end();
  }

  /** Ends it at once, with every connection; what it knows stays in its folder. */
  async end(): Promise<void> {
    const child = this.process;
    if (child === null) return;
    this.process = null;
    const ended = once(child, 'exit');
    this.signalAll('CONT', child.pid);
    child.kill('SIGINT');
    await ended;
    running.delete(child);
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private urlOf(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  private initialise(): void {
    execFileSync('cp', ['-a', `${emptyCluster()}/.`, this.folder]);
  }

  private signalAll(signal: 'STOP' | 'CONT', pid = this.process?.pid): void {
    if (pid === undefined) return;
    // The server first: it starts nothing more. One that works for somebody who has just gone may be gone as well by now.
    const each = `for one in $(ps -o pid= --ppid ${pid}); do kill -${signal} $one || true; done`;
    execFileSync('sh', ['-c', `kill -${signal} ${pid}; ${each}`], { stdio: 'ignore' });
  }
}

/** A cluster with nothing in it, made once on this machine: that takes longer than to copy it. */
function emptyCluster(): string {
  const made = join(tmpdir(), `gatehouse-empty-cluster-${process.getuid?.() ?? ''}-${version()}`);
  if (existsSync(made)) return made;
  const folder = mkdtempSync(`${made}-`);
  if (process.getuid?.() === 0) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(folder, id('-u'), id('-g'));
  }
  chmodSync(folder, 0o700);
  const [program = '', ...words] = asPostgres('initdb', [
    ...['-D', folder, '-U', 'postgres', '--auth', 'trust', '-E', 'UTF8', '--no-sync'],
  ]);
  execFileSync(program, words, { stdio: 'ignore' });
  try {
    renameSync(folder, made);
  } catch (error) {
    // Another worker was faster.
    if (!existsSync(made)) throw error;
    rmSync(folder, { recursive: true });
  }
  return made;
}

const version = (): string => (existsSync(LIBRARY) ? readdirSync(LIBRARY).sort() : []).at(-1) ?? '';

/** PostgreSQL refuses to run as root. */
function asPostgres(program: string, words: readonly string[]): readonly string[] {
  const path = join(LIBRARY, version(), 'bin', program);
  return process.getuid?.() === 0
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', path, ...words]
    : [path, ...words];
}

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => running.forEach(child => child.kill('SIGQUIT')));
