import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guideFiles } from './support/guide.js';
import { GuideApplication } from './support/guide-application.js';

/** What Gatehouse never changes. */
const OWN = /^(src\/app\/|views\/app\/|public\/app\.css$|test\/app\.routes\.ts$)/;

describe('the next release', () => {
  const application = new GuideApplication();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      cwd: application.root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  const commit = (words: string) => {
    git('add', '--all');
    git('commit', '--quiet', '--message', words);
  };
  const lines = (said: string) => said.split('\n').filter(line => line !== '');
  afterAll(() => application.remove());

  beforeAll(() => {
    git('init', '--quiet', '--initial-branch=gatehouse');
    commit('the first release');
    git('switch', '--quiet', '--create', 'team');
    application.write();
    commit('the application of the guide');
  });

  it('finds the application of the guide in places that are its own', () => {
    const changed = lines(git('diff', '--name-only', '--diff-filter=a', 'gatehouse', 'team'));
    expect(changed.sort()).toEqual([
      'src/app/endings.ts',
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
    const theirs = lines(git('ls-files')).filter(
      path => !OWN.test(path) && statSync(join(application.root, path)).isFile(),
    );
    expect(theirs.length).toBeGreaterThan(300);
    for (const path of theirs) {
      const file = join(application.root, path);
      writeFileSync(file, Buffer.concat([Buffer.from('// a later release\n'), readFileSync(file)]));
      appendFileSync(file, '// and its end\n');
    }
    commit('the next release');
    git('switch', '--quiet', 'team');
    git('merge', '--quiet', '--no-edit', 'gatehouse');
    expect(git('status', '--porcelain')).toBe('');
    expect(application.read('src/main.ts')).toMatch(/^\/\/ a later release\n/);
    for (const [path, code] of guideFiles()) expect(application.read(path)).toBe(code);
  });
});
