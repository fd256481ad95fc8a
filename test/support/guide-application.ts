import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { guideFiles } from './guide.js';

/** What somebody has who cloned the repository, as far as it takes part; the libraries are shared. */
const CLONED = [
  'src',
  'views',
  'public',
  'test',
  'docs',
  'package.json',
  'package-lock.json',
  'nest-cli.json',
];
const SETTINGS = [
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.quick.json',
  'jest.config.mjs',
  'eslint.config.mjs',
  'ormconfig.ts',
];

/** The application that `docs/build-on-it.md` makes, done as it says, in a folder of its own. */
export class GuideApplication {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-guide-')));

  constructor() {
    for (const name of [...CLONED, ...SETTINGS])
      cpSync(join(PROJECT_ROOT, name), join(this.root, name), { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Types the commands of the guide. */
  generate(): void {
    for (const what of ['module', 'controller', 'service'])
      this.run('@nestjs/cli/bin/nest.js', 'g', what, 'notes');
  }

  /** Writes the files of the guide. */
  write(): void {
    for (const [path, content] of guideFiles()) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
  }

  /** Runs a program of `node_modules` there. @returns what it printed. @throws with that, where it fails. */
  run(program: string, ...args: readonly string[]): string {
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const command = [...flags, join(this.root, 'node_modules', program), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: this.root,
      encoding: 'utf8',
    });
    if (status !== 0)
      throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
