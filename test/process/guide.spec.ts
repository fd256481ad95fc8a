import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { GuideApplication } from '../support/guide-application.js';

describe('the application of docs/build-on-it.md', () => {
  const application = new GuideApplication();
  beforeAll(() => application.build());
  afterAll(() => application.remove());

  it('has every file that the guide gives', () => {
    const paths = application.files.map(({ path }) => path.replace(/\d{13}/, '…'));
    expect(paths.sort()).toEqual([
      'src/database/migrations/…-notes.ts',
      'src/notes/note.entity.ts',
      'src/notes/notes.controller.ts',
      'src/notes/notes.module.ts',
      'src/notes/notes.service.ts',
      'test/notes.e2e-spec.ts',
      'views/app/navigation.hbs',
      'views/mail/note.hbs',
      'views/notes/count.hbs',
      'views/notes/list.hbs',
      'views/notes/new.hbs',
    ]);
  });

  it('gets its module from the commands of the guide, which touch no package.json', () => {
    const own = (name: string) => readFileSync(join(PROJECT_ROOT, name), 'utf8');
    expect(application.read('src/app.module.ts')).toMatch(/NotesModule[^]+imports: \[[^\]]+NotesModule\]/);
    for (const name of ['package.json', 'package-lock.json']) expect(application.read(name)).toBe(own(name));
  });

  it('passes its own test', () => {
    const printed = application.run('jest/bin/jest.js', '-i', 'test/notes');
    expect(printed).toMatch(/Tests: +9 passed, 9 total/);
  });

  it('has the types and the manners of the house', () => {
    application.run('typescript/bin/tsc', '--noEmit');
    application.run('eslint/bin/eslint.js', 'src/notes', 'src/database/migrations', 'test/notes.e2e-spec.ts');
  });
});
