import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { guideFiles } from '../support/guide.js';
import { GuideApplication } from '../support/guide-application.js';
import { PASSWORD } from '../support/password.js';
import { Folder, run } from './server-process.js';
import { changed } from './sqlite-installation.js';

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
      'src/app/endings.ts',
      'src/app/entities.ts',
      'src/app/migrations.ts',
      'src/app/migrations/…-notes.ts',
      'src/app/notes/note-token.entity.ts',
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

  describe('built, with tokens that programs have', () => {
    const folder = new Folder();
    const file = join(folder.data, 'gatehouse.sqlite');
    afterAll(() => folder.remove());
    const command = async (input: string, ...args: readonly string[]) => {
      const cli = join(application.root, 'dist/cli.js');
      const child = run(cli, args, folder.path, { DATA_DIR: folder.data, SMTP_URL: 'outbox' });
      child.process.stdin?.end(input);
      return child.ended;
    };
    const tokens = async () => {
      const rows = await changed<{ digest: string }>(file, 'SELECT digest FROM app_note_tokens ORDER BY 1');
      return rows.map(({ digest }) => digest);
    };
    /** Ada's sign-in, a token that hangs on it, and one that does not. */
    const give = async () => {
      const end = 4_000_000_000_000;
      await changed(
        file,
        `INSERT INTO sign_ins (id, user_id, began_at, amr, proved_at, session_id_hash, expires_at, known_end_at)
         SELECT 'hers', id, created_at, 'pwd', created_at, 'none', ${end}, ${end} FROM users WHERE username_key = 'ada'`,
      );
      for (const [digest, signIn] of [
        ['of a page', "'hers'"],
        ['of a program', 'NULL'],
      ])
        await changed(
          file,
          `INSERT INTO app_note_tokens (digest, user_id, sign_in_id)
           SELECT '${digest}', id, ${signIn} FROM users WHERE username_key = 'ada'`,
        );
      expect(await tokens()).toEqual(['of a page', 'of a program']);
    };
    beforeAll(async () => {
      application.run('@nestjs/cli/bin/nest.js', 'build', '-p', 'tsconfig.quick.json');
      const create = ['user', 'create', 'ada', '--email', 'ada@example.org', '--password-stdin'];
      expect(await command(PASSWORD, ...create)).toMatchObject({ code: 0 });
    });
    beforeEach(async () => {
      for (const table of ['app_note_tokens', 'sign_ins']) await changed(file, `DELETE FROM ${table}`);
      await give();
    });

    it.each([
      ['a password that an operator sets', PASSWORD, ['user', 'set-password', 'ada', '--password-stdin']],
      ['a new password that is asked for', '', ['user', 'require-new-password', 'ada']],
    ])('ends all of them by %s', async (_, input, args) => {
      expect(await command(input, ...args)).toMatchObject({ code: 0 });
      expect(await tokens()).toEqual([]);
    });

    it.each([
      ['sessions end', ['sessions', 'revoke', 'ada']],
      ['everybody’s sessions end', ['sessions', 'revoke', '--all']],
      ['an account is disabled', ['user', 'disable', 'ada']],
    ])('ends what hangs on a sign-in where %s', async (_, args) => {
      expect(await command('', ...args)).toMatchObject({ code: 0 });
      expect(await tokens()).toEqual(['of a program']);
    });
  });

  it('has the types and the manners of the house', () => {
    application.run('typescript/bin/tsc', '--noEmit');
    application.run('eslint/bin/eslint.js', 'src/app', 'test/notes.e2e-spec.ts');
  });
});
