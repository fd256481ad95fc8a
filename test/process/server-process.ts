import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { BUNDLED_LIBRARIES, COMPILED_CODE } from '../support/compiled-code.js';
import { addCopyOf } from '../support/copied-person.js';
import { freePort } from '../support/free-port.js';
import { NODES_DATA_KEY } from '../support/nodes-data-key.js';
import { PASSWORD } from '../support/password.js';
import { Visitor } from '../support/visitor.js';

// A test of processes starts up to twenty, each of which takes half a minute on a machine with ten times as much to do.
jest.setTimeout(600_000);

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for one test: the data of its servers is in `data`, which does not exist yet. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'gatehouse-process-'));
  readonly data = join(this.path, 'data');

  /** A command of the command line on this folder's data. */
  async command(
    args: readonly string[],
    input = '',
    environment: Record<string, string> = {},
  ): Promise<Ended> {
    const child = run('cli.js', args, this.path, { DATA_DIR: this.data, ...environment });
    child.process.stdin?.end(input);
    return child.ended;
  }

  /** Creates an account with the password that `Visitor`s use. */
  async addPerson(username: string, environment: Record<string, string> = {}): Promise<void> {
    const create = ['user', 'create', username, '--password-stdin'];
    const { code, stderr } = await this.command(create, PASSWORD, environment);
    if (code !== 0) throw new Error(stderr);
  }

  /** The same for several: the first by a command, the others as copies of it. */
  async addPeople(
    [first, ...others]: readonly [string, ...string[]],
    environment: Record<string, string> = {},
  ): Promise<void> {
    await this.addPerson(first, environment);
    for (const other of others) await addCopyOf(first, other, { DATA_DIR: this.data, ...environment });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The built server as a process of its own. */
export class ServerProcess {
  private constructor(
    readonly port: number,
    readonly process: ChildProcess,
    /** How it ended, as soon as it has. */
    readonly ended: Promise<Ended>,
    private readonly said: () => string,
  ) {}

  /** Starts it and waits until it says where it is. Without a `PORT` it gets a free one. */
  static async start(folder: Folder, environment: Record<string, string> = {}): Promise<ServerProcess> {
    const port = Number(environment['PORT'] ?? (await freePort()));
    const vars = {
      DATA_DIR: folder.data,
      PORT: String(port),
      PUBLIC_URL: 'http://localhost:4000',
      ...environment,
    };
    const { process, ended, said } = run('main.js', [], folder.path, vars);
    const server = new ServerProcess(port, process, ended, said);
    await server.says(/is at https?:\/\/\S+:\d+/);
    return server;
  }

  visitor(): Visitor {
    return new Visitor(this.port);
  }

  /** Somebody who has been at another server of the same data, with the cookies from there. */
  sameBrowser(before: Visitor): Visitor {
    const visitor = this.visitor();
    for (const [name, value] of before.cookies) visitor.cookies.set(name, value);
    return visitor;
  }

  /** A visitor who has signed in. */
  async signedIn(username: string): Promise<Visitor> {
    const visitor = this.visitor();
    const { status } = await visitor.arrive(username, PASSWORD);
    if (status !== 303) throw new Error(`Sign-in answered ${status}.\n${this.said()}`);
    return visitor;
  }

  /** Resolves when it has said this. @throws where it ends without. */
  async says(words: RegExp): Promise<void> {
    while (!words.test(this.said())) {
      const ended = await Promise.race([once(this.process.stdout!, 'data').then(() => null), this.ended]);
      if (ended !== null && !words.test(ended.stdout)) throw new Error(`It ended: ${JSON.stringify(ended)}`);
    }
  }

  /** Ends it. */
  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** Starts the built server and gives how it ended, for starts that fail. */
export function failedStart(folder: Folder, environment: Record<string, string>, shell = ''): Promise<Ended> {
  return run('main.js', [], folder.path, { DATA_DIR: folder.data, ...environment }, shell).ended;
}

/** Starts a program of `dist/`, or the one at an absolute path. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  vars: Record<string, string>,
  shell = '',
) {
  const script = resolve(DIST, file);
  if (!existsSync(script)) throw new Error(`${script} is missing: run npm run build first.`);
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    PUBLIC_URL: 'http://localhost:4000',
    // The .env of whoever develops here is no part of a test.
    ENV_FILE: 'none',
    ...COMPILED_CODE,
    ...BUNDLED_LIBRARIES,
    ...(hasOtherStores(vars) ? { DATA_KEY_FILE: NODES_DATA_KEY } : {}),
    ...vars,
  };
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', script, ...args];
  const [program = '', ...rest] =
    shell === '' ? command : ['/bin/sh', '-c', `${shell} exec "$@"`, 'sh', ...command];
  const child = spawn(program, rest, { cwd, env, stdio: 'pipe' });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => (stdout += String(chunk)));
  child.stderr.on('data', chunk => (stderr += String(chunk)));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
  });
  return { process: child, ended, said: () => stdout };
}

/** In production these need data keys that are configured. */
const hasOtherStores = ({ DATABASE_URL = '', REDIS_URL = '' }: Record<string, string>): boolean =>
  REDIS_URL !== '' || DATABASE_URL.startsWith('postgres');

/** What a test that failed half-way left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => running.forEach(child => child.kill('SIGKILL')));
