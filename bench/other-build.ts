import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removable } from './leftovers.js';

/** A build of another commit. */
export interface OtherBuild {
  /** The commit as Git abbreviates it. */
  readonly name: string;
  /** Where its `dist/` is. */
  readonly root: string;
  readonly remove: () => Promise<void>;
}

/**
 * Builds another commit in a worktree of its own, outside of this one. The libraries are this one's where both lock the
 * same, and its own otherwise. @throws where there is no such commit, or it cannot be built.
 */
export function buildOf(commit: string): OtherBuild {
  const name = git('rev-parse', '--short', '--verify', `${commit}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-beside-'));
  const root = join(folder, 'worktree');
  const remove = removable(async () => {
    if (existsSync(root)) git('worktree', 'remove', '--force', root);
    rmSync(folder, { recursive: true, force: true });
  });
  git('worktree', 'add', '--quiet', '--detach', root, name);
  const lock = (place: string) => readFileSync(join(place, 'package-lock.json'), 'utf8');
  if (lock('.') === lock(root)) symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  else npm(root, 'ci', '--no-progress');
  npm(root, 'run', '-s', 'build');
  return { name, root, remove };
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

/** What it says goes to standard error: standard output is for what was measured. */
const npm = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync('npm', args, { cwd, stdio: ['ignore', 2, 2] });
