import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';
import { BUNDLED_LIBRARIES, COMPILED_CODE } from './compiled-code.js';
import { freePort } from './free-port.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Longer than a start takes on a very busy machine, in milliseconds. */
const START_LIMIT = 240_000;

export interface ServerOptions {
  /** Environment variables beside the address and the data folder; without any it runs in development. */
  readonly env?: Readonly<Record<string, string>>;
  /** The data folder; without it a temporary one. `dispose` deletes either. */
  readonly dataDir?: string;
  /** What `PUBLIC_URL` is, where it is behind a proxy; else where it listens. */
  readonly publicUrl?: string;
}

/** What a server has in its environment that is to find its libraries as operators have them, one file each. */
export const AS_OPERATORS_HAVE_IT = { NODE_OPTIONS: '' } as const;

/**
 * The built server (`dist/main.js`) as operators run it, but for its libraries, which are in few files
 * ({@link AS_OPERATORS_HAVE_IT}): a process of its own, on a free port, with its own data folder. Nothing of the tests' own
 * environment reaches it but the `PATH`.
 */
export class BuiltServer {
  /** What `PUBLIC_URL` is set to: where it answers, itself or through a proxy. */
  readonly url: string;
  private child: ChildProcessWithoutNullStreams | null = null;
  private printed = '';

  private constructor(
    /** Where it listens. */
    readonly port: number,
    /** Where its database and its secrets are. */
    readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    publicUrl = `http://localhost:${port}`,
  ) {
    this.url = publicUrl;
  }

  /** Starts a server and waits until it answers. @throws with what it printed, where it does not start. */
  static async start({ env = {}, dataDir, publicUrl }: ServerOptions = {}): Promise<BuiltServer> {
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'gatehouse-')));
    const server = new BuiltServer(await freePort(), folder, env, publicUrl);
    await server.launch();
    return server;
  }

  /** All that it printed so far, over every restart. */
  get output(): string {
    return this.printed;
  }

  /** Asks it to stop (SIGTERM) and waits for its end. @returns its exit status; null where it had ended before. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it at once (SIGKILL), as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts it again with the same port, data and environment; where it still runs, it is stopped first. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  /** Changes its SQLite database behind its back, as what would take days or another person does. */
  async sql(statements: string): Promise<void> {
    const database = new sqlite3.Database(join(this.dataDir, 'gatehouse.sqlite'));
    database.configure('busyTimeout', 5000);
    try {
      await promisify(database.exec.bind(database))(statements);
    } finally {
      database.close();
    }
  }

  /** Runs a command of `gatehouse` on its data, while it runs. @returns what that printed. @throws where it failed */
  command(...words: string[]): Promise<string> {
    return this.commandWith('', ...words);
  }

  /** The same, of a command that reads what it is given. */
  async commandWith(input: string, ...words: string[]): Promise<string> {
    const env = { ...this.given, PUBLIC_URL: this.url };
    const run = promisify(execFile);
    const running = run(process.execPath, [CLI, ...words], {
      cwd: this.dataDir,
      env: { ...env, ...this.env },
    });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  /** Stops it and deletes its data. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** What every process on its data is told. The .env of whoever develops here is no part of a test. */
  private get given() {
    const found = { PATH: process.env['PATH'], ENV_FILE: 'none', DATA_DIR: this.dataDir };
    return { ...found, ...COMPILED_CODE, ...BUNDLED_LIBRARIES };
  }

  private async launch(): Promise<void> {
    const address = { HOST: '127.0.0.1', PORT: String(this.port), PUBLIC_URL: this.url };
    const env = { ...this.given, ...address, ...this.env };
    const child = spawn(process.execPath, [MAIN], { cwd: this.dataDir, env });
    this.child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    }
    await untilPrinted(child, ` is at ${this.url}`);
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return null;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    running.delete(child);
    return child.exitCode;
  }
}

/** Servers that a test which failed half-way left behind end with the test process. */
const running = new Set<ChildProcessWithoutNullStreams>();
process.once('exit', () => running.forEach(child => child.kill('SIGKILL')));

function untilPrinted(child: ChildProcessWithoutNullStreams, sign: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (why: string) => reject(new Error(`${why}. It printed:\n${printed}`));
    const limit = setTimeout(fail, START_LIMIT, `The server was not up after ${START_LIMIT} ms`);
    const read = (text: string) => {
      printed += text;
      if (!printed.includes(sign)) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', status => {
      clearTimeout(limit);
      fail(`The server ended with status ${status}`);
    });
  });
}
