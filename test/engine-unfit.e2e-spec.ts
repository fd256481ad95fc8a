import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { DataSource } from 'typeorm';
import { openExisting } from '../src/cli/open-database.js';
import { ConfigError } from '../src/config/config-error.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { schema } from '../src/schema.js';
import { OwnPostgres } from './support/own-postgres.js';
import { atPostgres, POSTGRES_URL, postgresAt } from './support/stores.js';

/** A database that a test makes as it wants it. */
class Unfit {
  private static number = 0;
  readonly name = `gatehouse_unfit_${process.pid}_${(Unfit.number += 1)}`;
  readonly role = `${this.name}_role`;

  static async make(how = ''): Promise<Unfit> {
    const unfit = new Unfit();
    await atPostgres(`CREATE DATABASE ${unfit.name} ${how}`);
    await atPostgres(`CREATE ROLE ${unfit.role} LOGIN`);
    made.push(unfit);
    return unfit;
  }

  url(role = 'postgres'): string {
    const url = new URL(POSTGRES_URL);
    url.pathname = `/${this.name}`;
    url.username = role;
    return url.href;
  }

  async run(...statements: string[]): Promise<void> {
    await atPostgres(statements.join(';'), this.url());
  }

  /** With a schema of ours. */
  async prepared(): Promise<this> {
    await prepare(this.url());
    return this;
  }

  async remove(): Promise<void> {
    await atPostgres(`DROP DATABASE ${this.name} WITH (FORCE)`);
    await atPostgres(`DROP ROLE ${this.role}`);
  }
}

const made: Unfit[] = [];
afterAll(() => Promise.all(made.map(unfit => unfit.remove())));

/** What a server does with its database at the start. */
async function prepare(url: string): Promise<void> {
  const database = new DataSource(dataSourceOptions(postgresAt(url), schema));
  try {
    await prepareDatabase(database);
  } finally {
    if (database.isInitialized) await database.destroy();
  }
}

/** What a command does that makes nothing. */
async function look(url: string): Promise<void> {
  const config = readEnvironment({ DATABASE_URL: url }, { makes: false });
  await (await openExisting(config)).destroy();
}

const expectRefused = async (refused: Promise<unknown>, words: RegExp) => {
  const error: unknown = await refused.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  expect(String(error)).toMatch(words);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).not.toContain('\n');
};

describe('a PostgreSQL database that Gatehouse cannot work with is refused by name', () => {
  it.each(['SQL_ASCII', 'LATIN1'])('because it is not in UTF-8: %s', async encoding => {
    const unfit = await Unfit.make(`TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`);
    const words = new RegExp(
      `"127.+${unfit.name}" cannot be used: its encoding is ${encoding}, .+ENCODING 'UTF8'`,
    );
    await expectRefused(prepare(unfit.url()), words);
    await expectRefused(look(unfit.url()), words);
  });

  it('because something between makes it speak another encoding, which a role cannot', async () => {
    const unfit = await Unfit.make();
    await unfit.run(
      `ALTER ROLE ${unfit.role} SET client_encoding = LATIN1`,
      `GRANT CREATE ON SCHEMA public TO ${unfit.role}`,
    );
    const url = new URL(unfit.url(unfit.role));
    const between = createServer(client => {
      const engine = connect(Number(url.port || 5432), url.hostname);
      client.once('data', first => {
        engine.write(
          Buffer.from(first.toString('latin1').replace('_encoding\0UTF8', '_encoding\0BIG5'), 'latin1'),
        );
        client.pipe(engine);
      });
      engine.pipe(client);
      engine.on('close', () => client.destroy()).on('error', () => client.destroy());
      client.on('close', () => engine.destroy()).on('error', () => engine.destroy());
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const through = new URL(url);
    through.host = `127.0.0.1:${(between.address() as AddressInfo).port}`;
    await expectRefused(
      prepare(through.href),
      /client_encoding is BIG5 here, and Gatehouse speaks UTF8\. Take that/,
    );
    between.close();
    await prepare(url.href);
  });

  it('because search_path names no schema that is there, or that may be used', async () => {
    const unfit = await Unfit.make();
    await unfit.run(`ALTER ROLE ${unfit.role} SET search_path = nowhere, "$user"`);
    const words =
      /its search_path \(nowhere, "\$user"\) names no schema that is there .+ GRANT USAGE ON SCHEMA/;
    await expectRefused(prepare(unfit.url(unfit.role)), words);
    await expectRefused(look(unfit.url(unfit.role)), words);
    await unfit.run(
      `ALTER ROLE ${unfit.role} SET search_path = public`,
      'REVOKE USAGE ON SCHEMA public FROM PUBLIC',
    );
    await expectRefused(prepare(unfit.url(unfit.role)), /search_path \(public\) names no schema/);
  });

  it.each([
    ['a table of people', 'CREATE TABLE users (id serial PRIMARY KEY, mail text)', 'users'],
    ['a view by that name', 'CREATE VIEW sessions AS SELECT 1 AS id', 'sessions'],
    [
      'migrations of its own, as TypeORM keeps them',
      "CREATE TABLE migrations (id serial, timestamp bigint, name text); INSERT INTO migrations VALUES (1, 1, 'Theirs1')",
      'migrations',
    ],
    [
      'migrations of its own, kept in another way',
      'CREATE TABLE migrations (version text); CREATE TABLE mails ()',
      'm',
    ],
  ])('because another program has %s in it', async (_, statement, table) => {
    const unfit = await Unfit.make();
    await unfit.run(statement);
    const words = new RegExp(
      `its table "${table}.*" is not of Gatehouse\\. Another program works with it: name a database`,
    );
    await expectRefused(prepare(unfit.url()), words);
    await expectRefused(look(unfit.url()), words);
  });

  it('because its tables were changed', async () => {
    const unfit = await (await Unfit.make()).prepared();
    await unfit.run('ALTER TABLE users DROP COLUMN disabled_at');
    await expectRefused(
      prepare(unfit.url()),
      /its table "users" lacks the column "disabled_at"\..+ restore a backup/,
    );
    await expectRefused(look(unfit.url()), /its table "users" lacks the column "disabled_at"/);
    await unfit.run('DROP TABLE mails');
    await expectRefused(prepare(unfit.url()), /it lacks the table "mails"\./);
  });

  it('because the role may not do there what Gatehouse does', async () => {
    const unfit = await (await Unfit.make()).prepared();
    const asRole = unfit.url(unfit.role);
    await expectRefused(
      look(asRole),
      /permission denied for table migrations\. Let the owner .+ run GRANT SELECT/,
    );
    await unfit.run(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${unfit.role}`);
    await unfit.run(
      `GRANT INSERT, UPDATE, DELETE ON users, sessions, mails, attempts, erasures TO ${unfit.role}`,
    );
    await expectRefused(
      prepare(asRole),
      new RegExp(
        `the role "${unfit.role}" lacks .*INSERT on "audit_events"; INSERT on "audit_streams"; .+; INSERT, UPDATE, DELETE on "one_time_tokens"; .+ on "probes".*\\. ` +
          `Let the owner of the tables run GRANT .+ IN SCHEMA "public" TO "${unfit.role}"`,
      ),
    );
    // What only reads is content.
    await look(asRole);
    await unfit.run(DROP_ALL);
    await expectRefused(
      prepare(asRole),
      /permission denied for schema public\. The first start of a version needs a role/,
    );
  });

  it('because it is read-only, though what only reads may go on', async () => {
    const unfit = await (await Unfit.make()).prepared();
    await atPostgres(`ALTER DATABASE ${unfit.name} SET default_transaction_read_only = on`);
    await expectRefused(
      prepare(unfit.url()),
      /it is read-only \(default_transaction_read_only\)\. Name the primary/,
    );
    await look(unfit.url());
  });

  it('because it is a hot standby', async () => {
    const primary = await OwnPostgres.start();
    await prepare(primary.url);
    const standby = await primary.standby();
    try {
      await expectRefused(
        prepare(standby.url),
        /it is a hot standby, which can only be read\. Name the primary server/,
      );
      await look(standby.url);
    } finally {
      await standby.stop();
      await primary.stop();
    }
  });

  it('because it is not there, or full, in words of its own', async () => {
    const unfit = await Unfit.make();
    await expectRefused(prepare(`${unfit.url()}_not`), /does not exist\. Create it, or name another one\./);
    await atPostgres(`ALTER DATABASE ${unfit.name} CONNECTION LIMIT 0`);
    await expectRefused(prepare(unfit.url(unfit.role)), /too many connections .+ max_connections/);
  });

  it('and one that is named with a certificate that is not there', async () => {
    const unfit = await Unfit.make();
    await expectRefused(
      prepare(`${unfit.url()}?sslmode=verify-full&sslrootcert=/nowhere/ca.crt`),
      /ENOENT.+\/nowhere\/ca\.crt'\. Name a file that is there/,
    );
    await expectRefused(
      prepare(`${unfit.url()}?sslmode=verify-full&sslrootcert=/etc/hostname`),
      /The server does not support SSL connections\. Switch its encryption on|no start line/,
    );
  });
});

/** Every table of the database. */
const DROP_ALL = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    LOOP EXECUTE format('DROP TABLE %I CASCADE', one.tablename); END LOOP;
  END $$`;
