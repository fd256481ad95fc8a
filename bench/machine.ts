import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** The core that requests come from. */
const LOAD_CORE = '0';

/** How many cores a measured server has. */
export type Cores = 'one' | 'two';

/** Which they are: one that it has to itself; of two, the second is the load generator's as well where there is no third. */
const SERVER_CORES: Readonly<Record<Cores, string>> = {
  one: '1',
  two: availableParallelism() > 2 ? '1,2' : '0,1',
};

/** Whether this machine can keep a process to a core. */
export const canPin = availableParallelism() > 1 && works('taskset', ['-V']);

/** The command line that runs `command` on the servers' cores, where this machine can pin. */
export const onServerCores = (command: readonly string[], cores: Cores): readonly string[] =>
  canPin ? ['taskset', '-c', SERVER_CORES[cores], ...command] : command;

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
