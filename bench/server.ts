import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { removable } from './leftovers.js';
import { type Cores, onServerCores } from './machine.js';

/** How long a server may take to answer its first request, in milliseconds. */
const START_LIMIT = 60_000;

/** A program under measurement. */
export interface Program {
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly log: string;
  /** Without a word: one. */
  readonly cores?: Cores;
}

/** A program that listens, in a process of its own on the servers' cores. */
export interface Server {
  /** Its origin, without a trailing slash. */
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a program that listens on `PORT`, and waits for its first answer. @throws with its log if none comes. */
export async function startServer(program: Program): Promise<Server> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = startProgram({
    ...program,
    env: { ...program.env, PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: url },
  });
  const { pid = 0 } = child;
  const server = { url: `http://127.0.0.1:${port}`, pid, stop: removable(() => stop(child)) };
  for (const end = performance.now() + START_LIMIT; performance.now() < end; await sleep(50)) {
    if (child.exitCode !== null) break;
    if (await answers(server.url)) return server;
  }
  await server.stop();
  throw new Error(`${program.args.join(' ')} did not start:\n${readFileSync(program.log, 'utf8')}`);
}

/** Starts a program on the servers' cores, with `NODE_ENV=production`. */
export function startProgram({ args, env, log, cores = 'one' }: Program): ChildProcess {
  const [command = '', ...rest] = onServerCores([process.execPath, ...args], cores);
  const output = openSync(log, 'a');
  const child = spawn(command, rest, {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ENV_FILE: 'none', ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return child;
}

/** Ends a program, in the end by force, and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(late);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/login`, { redirect: 'manual' });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise(resolve => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
