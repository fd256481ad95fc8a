import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** The core that requests come from, and the one that every measured server has to itself. */
const LOAD_CORE = '0';
const SERVER_CORE = '1';

const canPin = availableParallelism() > 1 && works('taskset', ['-V']);

/** The command line that runs `command` on the servers' core, where this machine can pin. */
export const onServerCore = (command: readonly string[]): readonly string[] =>
  canPin ? ['taskset', '-c', SERVER_CORE, ...command] : command;

/** Keeps this process, the load generator, on its own core. */
export function pinLoadGenerator(): void {
  if (canPin) execFileSync('taskset', ['-acp', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
}

/** One line on what the figures were measured with. */
export function machine(): string {
  const [first] = cpus();
  const pinned = canPin
    ? 'each server pinned to one core, the load generator to another'
    : 'not pinned: taskset or a second core is missing';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model ?? 'unknown CPU'}, ${memory} GiB, Node ${process.version}, ${process.platform}; ${pinned}.`;
}

function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
