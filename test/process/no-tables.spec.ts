import { atPostgres, OwnStores } from '../support/stores.js';
import { PASSWORD } from '../support/password.js';
import { Folder } from './server-process.js';

// A pool of one: whoever looks takes no second connection meanwhile.
const SETTINGS = { SESSION_SECRET: 'a secret of a test about PostgreSQL', DATABASE_POOL: '1' };

describe('a PostgreSQL database without tables', () => {
  const folder = new Folder();
  let stores: OwnStores;
  beforeAll(async () => (stores = await OwnStores.make('postgres')));
  afterAll(async () => {
    await stores.remove();
    folder.remove();
  });

  const command = (...args: string[]) => folder.command(args, '', { ...SETTINGS, ...stores.environment });

  it('is left without by commands that read, and made by those that say so', async () => {
    for (const { code, stdout, stderr } of await Promise.all([
      command('user', 'list'),
      command('sessions', 'list'),
    ])) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^Gatehouse has no tables in PostgreSQL at ".+" \(DATABASE_URL of the environment\)/,
      );
    }
    const tables = "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'";
    expect(await stores.sql(tables)).toEqual([]);
    expect(await command('migrate')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Made a new database in PostgreSQL at ".+"\.\nApplied: .+\.\n$/),
    });
    expect(await command('user', 'list')).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('a PostgreSQL database that may only be read, or hardly that', () => {
  const folder = new Folder();
  let stores: OwnStores;
  let role: string;
  beforeAll(async () => {
    stores = await OwnStores.make('postgres');
    role = new URL(url()).pathname.slice(1);
    await folder.addPerson('ada', { ...SETTINGS, ...stores.environment });
    await stores.sql(`CREATE ROLE ${role} LOGIN`);
    await stores.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    await stores.sql(`ALTER DATABASE ${role} SET default_transaction_read_only = on`);
  });
  afterAll(async () => {
    await stores.remove();
    await atPostgres(`DROP ROLE ${role}`);
    folder.remove();
  });

  const url = () => stores.environment['DATABASE_URL'] ?? '';
  const command = (args: string, vars = {}) =>
    folder.command(args.split(' '), PASSWORD, { ...SETTINGS, ...stores.environment, ...vars });

  it('is read, and a command that changes something says in one line why it does not', async () => {
    const asRole = new URL(url());
    asRole.username = role;
    // The role may write as far as the database is concerned, but has no right to.
    asRole.searchParams.set('options', '-c default_transaction_read_only=off');
    const READ_ONLY =
      /^DATABASE_URL: PostgreSQL at ".+" cannot be used: .+\. It is read-only: name the primary server/;
    const [list, disable, revoke, create] = await Promise.all([
      command('user list'),
      command('user disable ada'),
      command('sessions revoke ada'),
      command('user create ben --password-stdin', { DATABASE_URL: asRole.href.replaceAll('+', '%20') }),
    ]);
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining('ada'), stderr: '' });
    for (const [ended, words] of [
      [disable, READ_ONLY],
      [revoke, READ_ONLY],
      [
        create,
        /^DATABASE_URL: .+ permission denied for table users\. Let the owner of the tables run GRANT SELECT/,
      ],
    ] as const) {
      expect([ended.code, ended.stdout, ended.stderr]).toEqual([1, '', expect.stringMatching(words)]);
      expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
