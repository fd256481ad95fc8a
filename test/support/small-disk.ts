import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own with little room. Who makes one must be root and may mount: otherwise it throws. */
export class SmallDisk {
  readonly path = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'));
  private readonly filling = join(this.path, 'filling');

  /** @param size in kB. */
  constructor(size: number) {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', this.path], { stdio: 'pipe' });
    } catch (error) {
      rmSync(this.path, { recursive: true });
      throw new Error('This test mounts a small file system, which takes root and the right to mount.', {
        cause: error,
      });
    }
  }

  /** Takes all the room there is. Whoever else writes there may have the last of it between the look and the write. */
  fill(): void {
    while (statfsSync(this.path).bavail > 0)
      try {
        appendFileSync(this.filling, Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
  }

  /** Gives it back. */
  empty(): void {
    rmSync(this.filling);
  }

  remove(): void {
    execFileSync('umount', [this.path]);
    rmSync(this.path, { recursive: true });
  }
}
