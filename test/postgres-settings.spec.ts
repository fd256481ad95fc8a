import { DataSource } from 'typeorm';
import { atPostgres, OwnStores } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';

/** Settings that a role or a database may carry for others' sake, each enough to break a sign-in. */
const UNFIT = [
  ["default_transaction_isolation = 'serializable'"],
  ["default_transaction_isolation = 'repeatable read'", "lock_timeout = '1ms'"],
];
/** What they carry, and what it is for us. */
const OVERRULED: Readonly<Record<string, { readonly carried: string; readonly used: string }>> = {
  default_transaction_isolation: { carried: 'serializable', used: 'read committed' },
  default_transaction_deferrable: { carried: 'on', used: 'off' },
  statement_timeout: { carried: '60s', used: '2s' },
  lock_timeout: { carried: '60s', used: '0' },
  idle_in_transaction_session_timeout: { carried: '60s', used: '10s' },
  idle_session_timeout: { carried: '60s', used: '0' },
  synchronous_commit: { carried: 'off', used: 'on' },
  exit_on_error: { carried: 'on', used: 'off' },
  client_encoding: { carried: 'LATIN1', used: 'UTF8' },
};
/** And such that change how values are written, or how rows are found. */
const ODD = [
  "client_encoding = 'LATIN1'",
  "TimeZone = 'Asia/Kathmandu'",
  "DateStyle = 'SQL, DMY'",
  "bytea_output = 'escape'",
  'extra_float_digits = -10',
  'standard_conforming_strings = off',
  'transform_null_equals = on',
  'array_nulls = off',
  'row_security = off',
  'default_transaction_deferrable = on',
  'enable_indexscan = off',
  "plan_cache_mode = 'force_generic_plan'",
];

describe('a PostgreSQL database or role that carries settings of its own', () => {
  let own: OwnStores;
  let test: TestApp | null;
  beforeEach(async () => {
    own = await OwnStores.make('postgres');
    test = null;
  });
  afterEach(async () => {
    await test?.close();
    await own.remove();
  });

  const url = () => own.environment['DATABASE_URL'] ?? '';
  const name = () => new URL(url()).pathname.slice(1);
  const carry = (...settings: readonly string[]) =>
    atPostgres(settings.map(setting => `ALTER DATABASE ${name()} SET ${setting}`).join(';'));
  const start = async () => (test = await TestApp.start({ DATABASE_URL: url() }, [], { stores: 'sqlite' }));
  const signInTogether = async (server: TestApp) => {
    const people = Array.from({ length: 24 }, (_, number) => `ada${number}`);
    for (const person of people) await server.person(person);
    const answers = await Promise.all(people.map(person => server.visitor().arrive(person, PASSWORD)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 303));
    // A busy machine may have turned somebody away who waited for too long, but nobody for what was set.
    const reasons = server.log.events('sys_error').map(({ reason }) => String(reason));
    expect(reasons.filter(reason => /serializ|concurrent/i.test(reason))).toEqual([]);
    expect((await server.visitor().get('/health/ready')).status).toBe(200);
  };

  it.each([...UNFIT, ODD])('such as %s lets 24 people sign in at once', async (...settings) => {
    await carry(...settings);
    await signInTogether(await start());
  });

  it('is overruled in what the program relies on', async () => {
    await carry(...Object.entries(OVERRULED).map(([setting, { carried }]) => `${setting} = '${carried}'`));
    const server = await start();
    const shown = Object.keys(OVERRULED).map(async setting => {
      const [row] = await server.get(DataSource).query<Record<string, string>[]>(`SHOW ${setting}`);
      return [setting, Object.values(row ?? {})[0]];
    });
    expect(Object.fromEntries(await Promise.all(shown))).toEqual(
      Object.fromEntries(Object.entries(OVERRULED).map(([setting, { used }]) => [setting, used])),
    );
  });

  it.each(['local', 'remote_apply'])(
    'such as synchronous_commit = %s is left as it is: what is kept is on a disk',
    async value => {
      await carry(`synchronous_commit = ${value}`);
      const shown = await (await start()).get(DataSource).query('SHOW synchronous_commit');
      expect(shown).toEqual([{ synchronous_commit: value }]);
    },
  );

  it('as session_replication_role, which lets rows refer to nobody, is refused with what to do', async () => {
    await carry("session_replication_role = 'replica'");
    await expect(start()).rejects.toThrow(
      /^DATABASE_URL: .*session_replication_role is replica.*ALTER ROLE.*RESET session_replication_role/,
    );
  });

  it('as a search_path that leads past the tables that are there is refused, and none are made', async () => {
    await (await start()).close();
    test = null;
    await atPostgres('CREATE SCHEMA elsewhere', url());
    await carry('search_path = elsewhere, public');
    await expect(start()).rejects.toThrow(
      /^DATABASE_URL: .*tables of Gatehouse are in the schema public.*search_path begins with elsewhere/,
    );
    expect(await own.sql("SELECT FROM pg_tables WHERE schemaname = 'elsewhere'")).toEqual([]);
    await carry('search_path = public, elsewhere');
    await start();
  });

  it('as a search_path without a schema is refused with what to do', async () => {
    await carry("search_path = 'nowhere'");
    await expect(start()).rejects.toThrow(/^DATABASE_URL: .*search_path/);
  });
});
