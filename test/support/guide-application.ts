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
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUIDE = 'docs/build-on-it.md';

/** What somebody has who cloned the repository; the libraries are shared. */
const CLONED = [
  'src',
  'views',
  'public',
  'test/support',
  'package.json',
  'package-lock.json',
  'nest-cli.json',
];
const ALSO = ['tsconfig.json', 'tsconfig.build.json', 'jest.config.mjs', 'eslint.config.mjs', 'ormconfig.ts'];

/** A file that a document gives whole. */
export interface GivenFile {
  readonly path: string;
  readonly content: string;
}

/** The blocks of a document whose first line is a comment with the path of a file. */
export function filesIn(document: string): readonly GivenFile[] {
  return [...document.matchAll(/^( *)```\w+\n([^]*?)^\1```$/gm)].flatMap(([, indent = '', block = '']) => {
    const content = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const path = /^(?:\/\/|\{\{!|\/\*) ((?:src|views|public|test)\/\S+)(?: \}\}| \*\/)?\n/.exec(content)?.[1];
    return path === undefined ? [] : [{ path, content }];
  });
}

/** The application that `docs/build-on-it.md` makes, done as it says, in a folder of its own. */
export class GuideApplication {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-guide-')));
  readonly files = filesIn(readFileSync(join(ROOT, GUIDE), 'utf8'));

  constructor() {
    for (const name of [...CLONED, ...ALSO])
      cpSync(join(ROOT, name), join(this.root, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Types the commands, writes the files, and makes the two changes that the guide asks for in words. */
  build(): void {
    for (const what of ['module', 'controller', 'service'])
      this.run('@nestjs/cli/bin/nest.js', 'g', what, 'notes');
    for (const { path, content } of this.files) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), content);
    }
    this.edit(
      'src/entities.ts',
      text =>
        `import { Note } from './notes/note.entity.js';\n${text.replace('entities = [', 'entities = [Note, ')}`,
    );
    const { path, content } = this.files.find(file => file.path.includes('/migrations/')) ?? missing();
    const migration = /export class (\w+)/.exec(content)?.[1] ?? missing();
    this.edit(
      'src/database/migrations/all-migrations.ts',
      text =>
        `import { ${migration} } from '${path.replace('src/database/migrations', '.').replace('.ts', '.js')}';\n` +
        text.replace(/\n\];/, `\n  ${migration},\n];`),
    );
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

  private edit(path: string, change: (text: string) => string): void {
    writeFileSync(join(this.root, path), change(this.read(path)));
  }
}

function missing(): never {
  throw new Error(`${GUIDE} has no migration any more.`);
}
