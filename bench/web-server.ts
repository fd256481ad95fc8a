import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { removable } from './leftovers.js';
import { onServerCores } from './machine.js';
import { type Server, stop } from './server.js';

/**
 * Starts somebody else's web server in the foreground, on the core of servers.
 * @returns it, once it answers. @throws Error where it ended before.
 */
export async function startWebServer(port: number, command: readonly string[]): Promise<Server> {
  const [program = '', ...args] = onServerCores([...command], 'one');
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ending = removable(() => stop(child));
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`${command[0]} did not start.`);
    await sleep(50);
  }
  return { url, pid: child.pid ?? 0, stop: ending };
}
