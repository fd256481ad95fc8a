import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { guideFiles } from './support/guide.js';

/** What a release is made of. */
const RELEASED = ['src', 'views', 'public', 'test', 'docs', 'package.json', 'nest-cli.json', 'README.md'];

/** What Gatehouse never changes. */
const OWN = /^(src\/app\/|views\/app\/|public\/app\.css$|test\/app\.routes\.ts$)/;

describe('the next release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  const commit = (words: string) => {
    git('add', '--all');
    git('commit', '--quiet', '--message', words);
  };
  const lines = (said: string) => said.split('\n').filter(line => line !== '');
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(() => {
    git('init', '--quiet', '--initial-branch=gatehouse');
    for (const name of RELEASED) cpSync(join(PROJECT_ROOT, name), join(folder, name), { recursive: true });
    commit('the first release');
    git('switch', '--quiet', '--create', 'team');
    for (const [path, code] of guideFiles()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), code);
    }
    commit('the application of the guide');
  });

  it('finds the application of the guide in places that are its own', () => {
    const changed = lines(git('diff', '--name-only', '--diff-filter=a', 'gatehouse', 'team'));
    expect(changed.sort()).toEqual([
      'src/app/entities.ts',
      'src/app/migrations.ts',
      'src/app/own.module.ts',
      'src/app/site.ts',
      'test/app.routes.ts',
      'views/app/navigation.hbs',
    ]);
    const added = lines(git('diff', '--name-only', '--diff-filter=A', 'gatehouse', 'team'));
    expect(added).toEqual(expect.arrayContaining(['src/app/notes/notes.module.ts', 'views/notes/list.hbs']));
    expect(added.filter(path => path.startsWith('src/') && !OWN.test(path))).toEqual([]);
  });

  it('merges without a conflict, whatever else it changes', () => {
    git('switch', '--quiet', 'gatehouse');
    const theirs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      path => !path.startsWith('.git') && !OWN.test(path) && statSync(join(folder, path)).isFile(),
    );
    expect(theirs.length).toBeGreaterThan(300);
    for (const path of theirs) {
      const file = join(folder, path);
      writeFileSync(file, Buffer.concat([Buffer.from('// a later release\n'), readFileSync(file)]));
      appendFileSync(file, '// and its end\n');
    }
    commit('the next release');
    git('switch', '--quiet', 'team');
    git('merge', '--quiet', '--no-edit', 'gatehouse');
    expect(git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(folder, 'src/main.ts'), 'utf8')).toMatch(/^\/\/ a later release\n/);
    for (const [path, code] of guideFiles()) expect(readFileSync(join(folder, path), 'utf8')).toBe(code);
  });
});
