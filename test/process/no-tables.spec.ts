import { OwnStores } from '../support/stores.js';
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
