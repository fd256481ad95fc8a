import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, run } from './server-process.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The built project in a folder of its own, with a `.env` of its own, and a person who is somewhere else. */
export class Project {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-project-')));
  readonly root = join(this.path, 'project');
  readonly elsewhere = join(this.path, 'elsewhere');

  constructor() {
    for (const folder of [this.root, this.elsewhere]) mkdirSync(folder);
    cpSync(join(ROOT, 'dist'), join(this.root, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(this.root, 'package.json'));
    for (const name of ['node_modules', 'views', 'public'])
      symlinkSync(join(ROOT, name), join(this.root, name));
  }

  write(name: string, ...lines: string[]): void {
    writeFileSync(join(this.path, name), `${lines.join('\n')}\n`);
  }

  /** A command that is typed elsewhere. */
  async command(args: readonly string[], input = '', vars: Record<string, string> = {}): Promise<Ended> {
    const child = this.start('cli.js', args, vars);
    child.process.stdin?.end(input);
    return child.ended;
  }

  /** One of its programs, started elsewhere. */
  start(file: string, args: readonly string[], vars: Record<string, string> = {}) {
    return run(join(this.root, 'dist', file), args, this.elsewhere, {
      ENV_FILE: '',
      PUBLIC_URL: '',
      ...vars,
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
