import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import type { Duration } from '../../src/kernel/durations.js';

let made: string | null = null;

/** The environment of a program whose clock is wrong by this much; negative: it is behind. */
export function wrongClock(by: Duration): Readonly<Record<string, string>> {
  made ??= compiled();
  return { LD_PRELOAD: made, WRONG_CLOCK_BY: String(by / 1000) };
}

/** A library of it, for this machine. */
function compiled(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clock-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, 'wrong-clock.so');
  const source = join(PROJECT_ROOT, 'test', 'browser', 'wrong-clock.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source]);
  return library;
}
