import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time that a process has used so far, in milliseconds. */
export interface ProcessorTime {
  /** On threads that hash passwords: they have a lower priority than the others (`src/crypto/argon2-worker.cjs`). */
  readonly hashing: number;
  readonly rest: number;
}

/**
 * What the threads of a process that are there now have used, user and kernel together, in steps of a tick: 10 ms
 * on most machines. Linux alone tells it (proc(5)). Both are 0 where there is no such process.
 */
export function processorTime(pid: number): ProcessorTime {
  const threads = tasksOf(pid).map(task => threadIn(`/proc/${pid}/task/${task}/stat`));
  const usual = threadIn(`/proc/${pid}/stat`)?.nice;
  let [hashing, rest] = [0, 0];
  for (const thread of threads) {
    if (thread === null) continue;
    if (thread.nice === usual) rest += thread.time;
    else hashing += thread.time;
  }
  return { hashing, rest };
}

/** Processor time of a process and of those that it has started and that are there now, in milliseconds. */
export function familyTime(pid: number): number {
  const children = readdirSync('/proc').filter(name => parentOf(name) === pid);
  return [pid, ...children.map(Number)]
    .map(each => processorTime(each))
    .reduce((sum, { hashing, rest }) => sum + hashing + rest, 0);
}

/** Null of what is no process, or is gone. */
function parentOf(name: string): number | null {
  if (!/^\d+$/.test(name)) return null;
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function tasksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

const TICK = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Null of a thread that is gone. */
function threadIn(file: string): { readonly time: number; readonly nice: number } | null {
  try {
    const text = readFileSync(file, 'utf8');
    // Behind the name, which may hold anything: the third field and those after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, kernel, nice] = [fields[11], fields[12], fields[16]].map(Number);
    return { time: ((user ?? 0) + (kernel ?? 0)) * TICK, nice: nice ?? 0 };
  } catch {
    return null;
  }
}
