import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnStores } from '../support/stores.js';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { failedStart, Folder, ServerProcess } from './server-process.js';
import { changed, written } from './sqlite-installation.js';

/** What needs the first key: an account was created by a command, and a mail asked for at the server. */
const NEEDED = '2 streams of security events, 1 mail';

/** What docs/operations.md says for streams whose key is lost, or is not to be kept for a year. */
const OUT_OF_THE_CHAIN = /^\| streams of security events .+`(UPDATE .+);`/m;

/** Nobody listens there: mails stay promised. */
const SMTP_URL = 'smtp://127.0.0.1:1';

describe('an installation whose data key is changed', () => {
  const folder = new Folder();
  const file = join(folder.data, 'data-key');
  const gatehouse = (...args: string[]) => folder.command(args);
  const start = () => ServerProcess.start(folder, { SMTP_URL });
  const list = async () => {
    const { code, stdout, stderr } = await gatehouse('keys', 'list', '--json');
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as { key: string; state: string; 'needed by': string }[];
  };
  const ids = () => [...readFileSync(file, 'utf8').matchAll(/^([a-z2-9]{8}):/gm)].map(([, id]) => id!);
  const secretsOf = () =>
    [...readFileSync(file, 'utf8').matchAll(/:([\w-]{43})$/gm)].map(([, secret]) => secret!);
  let server: ServerProcess;

  beforeAll(async () => {
    const create = ['user', 'create', 'ada', '--email', 'ada@example.org', '--password-stdin'];
    const made = await folder.command(create, 'four quiet herons wade');
    expect(made.stdout).toContain(`Made a new data key at ${JSON.stringify(file)}: keep a copy.\n`);
    server = await start();
    await server.visitor().insist('/forgot', { email: 'ada@example.org' });
    await written(join(folder.data, 'gatehouse.sqlite'), 'authn_recovery_request');
  });
  afterAll(async () => {
    await server.kill('SIGKILL');
    folder.remove();
  });

  it('has one, which is listed with what needs it and is never shown', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await list()).toEqual([{ key: ids()[0], state: 'seals', 'needed by': NEEDED }]);
    const { stdout } = await gatehouse('keys', 'list');
    expect(stdout).toBe(`key       state  needed by\n${ids()[0]}  seals  ${NEEDED}\n`);
    expect(stdout).not.toContain(secretsOf()[0]);
  });

  it('is not worked on with other keys than the server has, which would stop its next start', async () => {
    const other = { DATA_KEY_FILE: join(folder.path, 'other') };
    const create = ['user', 'create', 'eve', '--password-stdin'];
    const run = (args: string[]) => folder.command(args, 'four quiet herons wade', other);
    const refused = {
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(
        `^A data key is missing: ${ids()[0]}, .+ Nothing was done\\.\n$`,
      ) as string,
    };
    // One is made with an installation, and not for one that is there.
    expect(await run(create)).toMatchObject(refused);
    expect(existsSync(other.DATA_KEY_FILE)).toBe(false);
    expect(await run(['keys', 'add'])).toMatchObject({ code: 0 });
    for (const args of [create, ['group', 'add', 'staff']]) expect(await run(args)).toMatchObject(refused);
    expect(await list()).toEqual([{ key: ids()[0], state: 'seals', 'needed by': NEEDED }]);
  });

  it('gets another one, which the server takes up on SIGHUP', async () => {
    const [old] = ids();
    const { code, stdout, stderr } = await gatehouse('keys', 'add');
    const [added] = ids();
    expect([code, stderr, ids()]).toEqual([0, '', [added, old]]);
    expect(stdout).toBe(
      `Added the data key ${added} to ${JSON.stringify(file)}. It seals, as soon as a server reads the file again (SIGHUP, ` +
        'or a restart).\nKeep a copy of that file apart from the backups of the database: what is sealed opens with it alone.\n',
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    server.process.kill('SIGHUP');
    await server.says(new RegExp(`The data keys were read again: ${added}, ${old}; ${added} seals now\\.`));
    expect(await list()).toMatchObject([
      { state: 'seals', 'needed by': '' },
      { state: 'opens', 'needed by': NEEDED },
    ]);
  });

  it('is kept from doing without the old one while a row needs it', async () => {
    const whole = readFileSync(file, 'utf8');
    const old = ids()[1]!;
    writeFileSync(file, whole.replace(new RegExp(`^${old}:.*\\n`, 'm'), ''));
    server.process.kill('SIGHUP');
    await server.says(
      new RegExp(`A data key is missing: ${old}, .* The data keys from before stay in use\\.`),
    );
    expect(await list()).toMatchObject([
      { state: 'seals' },
      { key: old, state: 'missing', 'needed by': NEEDED },
    ]);
    const sealing = await gatehouse('keys', 'reseal');
    expect([sealing.code, sealing.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`A data key is missing: ${old},`)),
    ]);
    const copy = join(folder.path, 'copy.sqlite');
    expect((await gatehouse('backup', copy)).stdout).toBe(
      `Copied the database to ${copy}.\nThe copy needs the data key ${old} of ${JSON.stringify(file)}, which is not in it. ` +
        'Keep that file elsewhere.\n',
    );
    expect(readFileSync(copy).includes(secretsOf()[0]!)).toBe(false);
    expect(await failedStart(folder, { SMTP_URL, PORT: '0' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `^A data key is missing: ${old}, which ${NEEDED} cannot do without\\. Put its line back into "[^"]+data-key"`,
          'm',
        ),
      ),
    });
    writeFileSync(file, whole, { mode: 0o600 });
  });

  it('is not without the old one while security events are there that it proves', async () => {
    const [current, old] = ids();
    expect(await gatehouse('keys', 'reseal')).toMatchObject({
      code: 0,
      stdout:
        `1 mail sealed anew with ${current}.\n` +
        `0 authenticators sealed anew with ${current}.\n` +
        `The data key ${old} stays: 2 streams of security events cannot do without it.\n`,
    });
  });

  it('does without the old one once nothing needs it', async () => {
    const [current, old = ''] = ids();
    await server.kill('SIGTERM');
    const documented =
      OUT_OF_THE_CHAIN.exec(readFileSync(join(PROJECT_ROOT, 'docs/operations.md'), 'utf8'))?.[1] ?? '';
    for (const statement of documented.replaceAll("'ID'", `'${old}'`).split('; '))
      await changed(join(folder.data, 'gatehouse.sqlite'), statement);
    expect((await gatehouse('keys', 'reseal')).stdout).toBe(
      `0 mails sealed anew with ${current}.\n0 authenticators sealed anew with ${current}.\nNothing needs the data key ${old} any more. Once every node seals with ` +
        `${current}, take its line out of ${JSON.stringify(file)}.\n`,
    );
    writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`^${old}:.*\\n`, 'm'), ''));
    server = await start();
    expect(await list()).toEqual([{ key: current, state: 'seals', 'needed by': '1 mail' }]);
    const outside = /^0 events in 0 streams are as written\.\n\d+ events stand outside the chain/;
    expect(await gatehouse('audit', 'verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(outside) as string,
    });
  });

  it('is moved only to where its keys are', async () => {
    await server.kill('SIGTERM');
    const stores = await OwnStores.make('postgres');
    const move = (environment: Record<string, string>) =>
      folder.command(
        [
          'move',
          '--from',
          `sqlite:${join(folder.data, 'gatehouse.sqlite')}`,
          '--to',
          stores.environment['DATABASE_URL']!,
        ],
        '',
        environment,
      );
    const nowhere = join(folder.path, 'no-key');
    const refused = await move({ DATA_KEY_FILE: nowhere });
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toBe(
      `A data key is missing: ${ids()[0]}, which 1 mail cannot do without. It is not in ${JSON.stringify(nowhere)}: set ` +
        'DATA_KEY_FILE to the file that the server of --from has, or to a copy of it. Nothing was moved.\n',
    );
    expect(await stores.sql("SELECT 1 FROM pg_tables WHERE tablename = 'users'")).toEqual([]);
    expect(await move({ DATA_KEY_FILE: file })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 mail moved.'),
    });
    await stores.remove();
    server = await start();
  });
});

describe('a file of data keys that holds none', () => {
  it.each([
    ['is empty', ''],
    ['has comments alone', '# The keys of login.example.com\n\n'],
  ])('and %s gets its first by the command that its start names', async (_, text) => {
    const folder = new Folder();
    const vars = { DATA_KEY_FILE: join(folder.path, 'keys') };
    writeFileSync(vars.DATA_KEY_FILE, text);
    expect(await failedStart(folder, { ...vars, PORT: '0' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds no data key. It takes one key a line') as string,
    });
    expect(await folder.command(['user', 'list'], '', vars)).toMatchObject({ code: 1 });
    expect(await folder.command(['keys', 'add'], '', vars)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(vars.DATA_KEY_FILE, 'utf8')).toMatch(/^(#.*\n\n)?[a-z2-9]{8}:[\w-]{43}\n$/);
    const server = await ServerProcess.start(folder, vars);
    await server.kill('SIGTERM');
    folder.remove();
  });
});

describe('a data key for a file that cannot be written', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  it('is printed by itself, with what to do with it', async () => {
    const file = join(folder.path, 'no', 'folder', 'data-key');
    const { code, stdout, stderr } = await folder.command(['keys', 'add'], '', { DATA_KEY_FILE: file });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[a-z2-9]{8}:[\w-]{43}\n$/);
    expect(stderr).toBe(
      `${JSON.stringify(file)} cannot be written (ENOENT). Put this line above the others there, on every node, then have ` +
        'each read it again (SIGHUP, or a restart):\n',
    );
    expect(existsSync(folder.data)).toBe(false);
  });

  describe('for nodes that must share it', () => {
    const ADDED = /Added the data key ([a-z2-9]{8}) /;
    const vars = (name: string) => ({
      DATA_KEY_FILE: join(folder.path, name),
      REDIS_URL: 'redis://127.0.0.1',
      SESSION_SECRET: 'a secret that all nodes know of here',
    });
    const SWAP =
      'When all logs name it, move its line before the others on every node, and have each read it again';

    it('is made where there is none', async () => {
      const { DATA_KEY_FILE: file, ...others } = vars('shared');
      const { stdout } = await folder.command(['keys', 'add'], '', { DATA_KEY_FILE: file, ...others });
      expect(stdout).toContain('Give the file to every node before it starts: all need the same keys.\n');
      expect(stdout).not.toContain('move its line');
      expect(readFileSync(file, 'utf8')).toMatch(/^(#.*\n)+[a-z2-9]{8}:[\w-]{43}\n$/);
    });

    it('is told to be behind the others until all have it', async () => {
      const first = await folder.command(['keys', 'add'], '', vars('shared'));
      expect(first.stdout).toContain(
        'No node may seal with it before all have read it: put its line behind the others now, which --last does, give ' +
          `the file to every node, and have each read it. ${SWAP}.\n`,
      );
      const last = await folder.command(['keys', 'add', '--last'], '', vars('shared'));
      expect(last.stdout).toMatch(ADDED);
      expect(last.stdout).toContain(`Give the file to every node, and have each read it. ${SWAP}.\n`);
    });

    it.each([[[]], [['--last']]])('says so where the file cannot be written: %j', async args => {
      // The name of the draft beside it would be longer than a name may be: no superuser gets past that.
      const given = vars('k'.repeat(253));
      writeFileSync(given.DATA_KEY_FILE, readFileSync(vars('shared').DATA_KEY_FILE));
      const { stdout, stderr } = await folder.command(['keys', 'add', ...args], '', given);
      expect(stdout).toMatch(/^[a-z2-9]{8}:[\w-]{43}\n$/);
      expect(stderr).toContain(
        'Put this line below the others there, as --last does, on every node, then have each read it again (SIGHUP, or a ' +
          `restart). ${SWAP}:\n`,
      );
    });
  });
});
