import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD } from '../support/password.js';
import { type Ended, Folder } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('where there is no database', () => {
  const folder = new Folder();
  const file = join(folder.data, 'gatehouse.sqlite');
  const copy = join(folder.path, 'copy.sqlite');
  afterAll(() => folder.remove());

  const expectRefused = async (ending: Promise<Ended>, words: RegExp) => {
    const { code, stdout, stderr } = await ending;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  };

  it.each([
    ['user list', 'sessions list'],
    ['user disable ada', 'user enable ada'],
    ['user role ada admin', 'user delete ada'],
    ['user set-password ada --password-stdin', 'sessions revoke ada'],
    ['backup copy.sqlite', 'user list --json'],
  ])(
    '%s and %s make none, and say where they looked and how to point them elsewhere',
    async (...commands) => {
      await Promise.all(
        commands.map(async command => {
          const ending = folder.command(command.split(' '), PASSWORD);
          await expectRefused(
            ending,
            /^There is no database at ".+" \(DATA_DIR of the environment\), and this /,
          );
          const { stderr } = await ending;
          for (const words of [
            file,
            'DATABASE_URL',
            'ENV_FILE=/etc/gatehouse/',
            'docker compose exec gatehouse-1',
          ])
            expect(stderr).toContain(words);
        }),
      );
      expect([folder.data, copy].filter(path => existsSync(path))).toEqual([]);
    },
  );

  it('move makes nothing where its source is not', async () => {
    const from = ['move', '--from', 'sqlite:nowhere/x.sqlite', '--to', 'postgres://127.0.0.1:1/x'];
    await expectRefused(folder.command(from), /^--from: there is no file ".+\/nowhere\/x\.sqlite"\.$/m);
    expect(existsSync(folder.data)).toBe(false);
  });

  it('user invite makes none where nobody may accept an invitation, and where none is sent', async () => {
    const invite = ['user', 'invite', 'ada@example.org'];
    await expectRefused(folder.command(invite, '', { SMTP_URL: 'outbox' }), /^REGISTRATION is closed/);
    await expectRefused(
      folder.command(invite, '', { REGISTRATION: 'invite' }),
      /^SMTP_URL is not set: no mail is sent\. Set it to a mail server, or to outbox to have the mail as a file\.$/m,
    );
    expect(existsSync(folder.data)).toBe(false);
  });

  describe('but something else', () => {
    const other = join(folder.path, 'other');
    const list = (DATABASE_URL: string) => folder.command(['user', 'list'], '', { DATABASE_URL });

    it('an empty file stays empty', async () => {
      writeFileSync(other, '');
      await expectRefused(
        list(`sqlite:${other}`),
        /^Gatehouse has no tables in ".+" \(DATABASE_URL of the env/,
      );
      await expectRefused(
        folder.command(['backup', copy], '', { DATABASE_URL: `sqlite:${other}` }),
        /no tables/,
      );
      expect([statSync(other).size, existsSync(`${other}-wal`), existsSync(copy)]).toEqual([0, false, false]);
    });

    it('a letter stays a letter', async () => {
      writeFileSync(other, 'Dear Ada, '.repeat(1000));
      await expectRefused(list(`sqlite:${other}`), /^The database ".+" cannot be used: SQLITE_NOTADB/);
      expect(readFileSync(other, 'utf8')).toBe('Dear Ada, '.repeat(1000));
    });

    it('a folder is named, and a file in place of DATA_DIR', async () => {
      mkdirSync(join(folder.path, 'folder'));
      await Promise.all([
        expectRefused(list(`sqlite:${join(folder.path, 'folder')}`), /^What is at ".+folder" .+ is a folder/),
        expectRefused(folder.command(['user', 'list'], '', { DATA_DIR: other }), /^There is no database at/),
      ]);
    });
  });
});

describe('what makes an installation', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  const MADE = /^Made a new database at "\/.+\/data\/gatehouse\.sqlite"\.\n/;

  it('user create says what it made, once, closed to others', async () => {
    const create = (name: string) => folder.command(['user', 'create', name, '--password-stdin'], PASSWORD);
    const { code, stdout } = await create('ada');
    expect([code, stdout]).toEqual([0, expect.stringMatching(MADE)]);
    expect(stdout).toMatch(
      /^Made a new session secret at "\/.+\/data\/session-secret"\.\nMade a new data key at "\/.+\/data\/data-key": keep a copy\.\nCreated ada\.$/m,
    );
    const modes = ['', 'gatehouse.sqlite', 'session-secret', 'data-key'].map(
      name => statSync(join(folder.data, name)).mode,
    );
    expect(modes.map(mode => mode & 0o777)).toEqual([0o700, 0o600, 0o600, 0o600]);
    expect(await create('ben')).toMatchObject({ code: 0, stdout: 'Created ben.\n' });
  });

  it('user invite says so, and where its link leads and the mail went', async () => {
    const invite = (name: string, vars = {}) =>
      folder.command(['user', 'invite', `${name}@example.org`], '', vars);
    const first = await invite('ada', { PUBLIC_URL: '', NODE_ENV: '' });
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(MADE)]);
    expect(first.stdout).toContain(
      '\nInvited ada@example.org.\nThe link leads to http://localhost:4000/invite (PUBLIC_URL is not set). It opens on ' +
        `this machine only.\nThe mail is a file in "${join(folder.data, 'outbox')}", because SMTP_URL is not set`,
    );
    const known = {
      PUBLIC_URL: 'https://login.example.org',
      SMTP_URL: 'smtp://127.0.0.1:1',
      REGISTRATION: 'invite',
    };
    const second = await invite('ben', known);
    expect([second.code, second.stdout]).toEqual([
      0,
      'Invited ben@example.org.\nThe link leads to https://login.example.org/invite (PUBLIC_URL of the environment).\n' +
        'The mail goes out by 127.0.0.1:1 (SMTP_URL of the environment).\n' +
        'It has not gone yet: a running server tries again.\n',
    ]);
    expect(second.stderr).toMatch(/sys_mail_delayed.+ECONNREFUSED/);
  });

  it('migrate says so, and makes no secret', async () => {
    const { code, stdout } = await folder.command(['migrate']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(MADE)]);
    expect(['session-secret', 'data-key'].some(name => existsSync(join(folder.data, name)))).toBe(false);
  });
});

describe('a schema of another version', () => {
  const folder = new Folder();
  const file = join(folder.data, 'gatehouse.sqlite');
  beforeAll(() => folder.command(['migrate']));
  afterAll(() => folder.remove());

  const versions = () => changed<{ name: string }>(file, 'SELECT name FROM migrations ORDER BY name');

  it.each([
    ['earlier', "DELETE FROM migrations WHERE name LIKE 'MailAndTokens%'", 'run "gatehouse migrate"'],
    [
      'later',
      "INSERT INTO migrations (timestamp, name) VALUES (9, 'Later9')",
      'command line of that version',
    ],
  ])('that is %s is left as it is, and can be backed up', async (which, statement, advice) => {
    await changed(file, statement);
    const before = await versions();
    const [list, create] = await Promise.all([
      folder.command(['user', 'list']),
      folder.command(['user', 'create', 'ada', '--password-stdin'], PASSWORD),
    ]);
    for (const { code, stdout, stderr } of [list, create]) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^The schema of ".+" .+ is of an? ${which} version of Gatehouse\\.`));
      expect(stderr).toContain(advice);
    }
    const copy = join(folder.path, which);
    expect(await folder.command(['backup', copy])).toMatchObject({ code: 0 });
    expect(await changed(copy, 'SELECT name FROM migrations ORDER BY name')).toEqual(before);
    expect(await versions()).toEqual(before);
    expect(['session-secret', 'data-key'].some(name => existsSync(join(folder.data, name)))).toBe(false);
  });
});
