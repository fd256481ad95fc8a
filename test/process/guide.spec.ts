import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { guideFiles } from '../support/guide.js';
import { GuideApplication } from '../support/guide-application.js';

describe('the application of docs/build-on-it.md', () => {
  const application = new GuideApplication();
  const own = (name: string) => readFileSync(join(PROJECT_ROOT, name), 'utf8');
  afterAll(() => application.remove());

  it('gets its module from the commands of the guide, which touch no package.json', () => {
    application.generate();
    const module = application.read('src/app/own.module.ts');
    expect(module).toMatch(/import { NotesModule }[^]+imports: \[[^\]]+NotesModule\]/);
    expect(application.read('src/app/notes/notes.module.ts')).toMatch(/NotesController[^]+NotesService/);
    for (const name of ['package.json', 'package-lock.json']) expect(application.read(name)).toBe(own(name));
  });

  it('has every file that the guide gives, and passes its own tests', () => {
    const paths = [...guideFiles().keys()].map(path => path.replace(/\d{13}/, '…'));
    expect(paths.sort()).toEqual([
      'src/app/entities.ts',
      'src/app/migrations.ts',
      'src/app/migrations/…-notes.ts',
      'src/app/notes/note.entity.ts',
      'src/app/notes/notes.controller.ts',
      'src/app/notes/notes.module.ts',
      'src/app/notes/notes.service.ts',
      'src/app/own.module.ts',
      'src/app/site.ts',
      'test/app.routes.ts',
      'test/notes.e2e-spec.ts',
      'views/app/mail/note.hbs',
      'views/app/navigation.hbs',
      'views/notes/count.hbs',
      'views/notes/latest.hbs',
      'views/notes/list.hbs',
      'views/notes/new.hbs',
    ]);
    application.write();
    const printed = application.run('jest/bin/jest.js', '-i', 'test/notes', 'test/routes');
    expect(printed).toMatch(/Test Suites: 2 passed, 2 total/);
  });

  it('has the types and the manners of the house', () => {
    application.run('typescript/bin/tsc', '--noEmit');
    application.run('eslint/bin/eslint.js', 'src/app', 'test/notes.e2e-spec.ts');
  });
});
