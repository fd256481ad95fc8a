import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { DataSource } from 'typeorm';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { schema } from '../src/schema.js';
import { freePort } from './support/free-port.js';
import { NODES_DATA_KEY } from './support/nodes-data-key.js';
import { OwnPostgres } from './support/own-postgres.js';
import { atPostgres, postgresAt } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';

/** Of the roles. */
const PASSWORDS = { gatehouse_owner: "own'er", gatehouse: 'no"de' } as const;

const deploy = (name: string) => join(PROJECT_ROOT, 'deploy', name);

/** A Redis with what `deploy/compose.yaml` gives Valkey on standard input, but for TLS and the folder. */
class DeployedValkey {
  private readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-valkey-'));
  private child: ChildProcess | null = null;

  constructor(readonly port: number) {}

  async start(): Promise<void> {
    const compose = readFileSync(deploy('compose.yaml'), 'utf8');
    const given = /exec valkey-server - <<END\n(.*?)\n +END\n/s.exec(compose)?.[1] ?? '';
    const lines = given
      .split('\n')
      .map(line => line.trim().replaceAll('$$VALKEY_PASSWORD', 'secret'))
      .filter(line => !/^(port|tls-|dir) ?/.test(line));
    expect(lines.filter(line => line.startsWith('user '))).toHaveLength(2);
    // Nothing is thrown away, and what is answered is kept.
    expect(lines).toEqual(expect.arrayContaining(['appendfsync always', 'maxmemory-policy noeviction']));
    this.child = spawn('redis-server', ['-'], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.child.stdin?.end([...lines, `port ${this.port}`, 'bind 127.0.0.1', `dir ${this.folder}`].join('\n'));
    while (!(await this.answers())) await pause(20);
  }

  /** What a command is answered, as this user. */
  async command(user: string, words: string[]): Promise<unknown> {
    const url = `redis://${user}127.0.0.1:${this.port}`;
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand(words);
    } finally {
      if (client.isOpen) client.destroy();
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.child?.once('close', resolve));
    this.child?.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<boolean> {
    return this.command('gatehouse:secret@', ['PING']).then(
      () => true,
      () => false,
    );
  }
}

describe('the roles of deploy/compose.yaml, on a PostgreSQL and a Redis', () => {
  let postgres: OwnPostgres;
  let valkey: DeployedValkey;
  const hba = mkdtempSync(join(tmpdir(), 'gatehouse-hba-'));
  const urlOf = (role: keyof typeof PASSWORDS, password: string = PASSWORDS[role]) =>
    `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${postgres.port}/gatehouse`;
  const psql = (args: readonly string[]) =>
    execFileSync('psql', ['--no-psqlrc', '-v', 'ON_ERROR_STOP=1', ...args], { stdio: 'pipe' });

  beforeAll(async () => {
    // As `deploy/pg_hba.conf` asks everybody, but for TLS and for whoever makes the database.
    writeFileSync(join(hba, 'pg_hba.conf'), 'host all postgres all trust\nhost all all all scram-sha-256\n');
    chmodSync(hba, 0o755);
    postgres = await OwnPostgres.start([`hba_file=${join(hba, 'pg_hba.conf')}`]);
    await atPostgres('DROP DATABASE gatehouse', postgres.adminUrl);
    const environment = {
      ...{ PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PATH: process.env['PATH'] ?? '' },
      ...{ OWNER_PASSWORD: PASSWORDS.gatehouse_owner, DATABASE_PASSWORD: PASSWORDS.gatehouse },
    };
    execFileSync('sh', [deploy('create-database.sh')], { env: environment, stdio: 'pipe' });
    const owner = new DataSource(dataSourceOptions(postgresAt(urlOf('gatehouse_owner')), schema));
    await prepareDatabase(owner);
    await owner.destroy();
    psql(['-f', deploy('grant-rights.sql'), urlOf('gatehouse_owner')]);
    valkey = new DeployedValkey(await freePort());
    await valkey.start();
  });
  afterAll(async () => {
    await valkey.stop();
    await postgres.stop();
    rmSync(hba, { recursive: true });
  });

  it('are enough for a node, which is refused nothing', async () => {
    const stores = {
      DATABASE_URL: urlOf('gatehouse'),
      DATA_KEY_FILE: NODES_DATA_KEY,
      REDIS_URL: `redis://gatehouse:secret@127.0.0.1:${valkey.port}`,
    };
    const test = await TestApp.start(stores, [], { stores: 'sqlite' });
    try {
      await test.person('ada');
      await test.visitor().signIn('ada', 'wrong');
      const [ada, other] = [await test.signedIn(), await test.signedIn()];
      expect((await ada.postForm('/account/devices/end-others')).status).toBe(303);
      expect((await other.get('/welcome')).status).toBe(303);
      expect((await test.visitor().get('/health/ready')).status).toBe(200);
      expect((await ada.postForm('/logout')).status).toBe(303);
      expect((await test.visitor().signIn('nobody', PASSWORD)).status).toBe(422);
      expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    } finally {
      await test.close();
    }
  });

  it('are for those alone who know their passwords', async () => {
    const wrong = { DATABASE_URL: urlOf('gatehouse', 'wrong') };
    await expect(TestApp.start(wrong, [], { stores: 'sqlite' })).rejects.toThrow(
      /password authentication failed .+ Check the name and the password\./,
    );
  });

  it('let a node create nothing, own nothing, and change no security event', async () => {
    for (const statement of [
      'CREATE TABLE mine (id integer)',
      'DROP TABLE users',
      'ALTER TABLE users ADD COLUMN mine integer',
      'UPDATE audit_events SET outcome = outcome',
      'DELETE FROM audit_events',
    ])
      await expect(atPostgres(statement, urlOf('gatehouse'))).rejects.toThrow(
        /permission denied|must be owner/,
      );
    const own = `SELECT 1 FROM pg_class WHERE relowner = 'gatehouse'::regrole`;
    await expect(
      atPostgres(`DO $$ BEGIN IF EXISTS (${own}) THEN RAISE 'owns'; END IF; END $$`, urlOf('gatehouse')),
    ).resolves.toBeDefined();
  });

  it('let a node use a table of a later version before the rights are given anew', async () => {
    await atPostgres('CREATE TABLE of_later (id integer)', urlOf('gatehouse_owner'));
    for (const statement of [
      'INSERT INTO of_later VALUES (1)',
      'UPDATE of_later SET id = 2',
      'DELETE FROM of_later',
    ])
      await expect(atPostgres(statement, urlOf('gatehouse'))).resolves.toBeDefined();
    await expect(atPostgres('DROP TABLE of_later', urlOf('gatehouse'))).rejects.toThrow('must be owner');
  });

  describe('and its backups, made and restored as documented', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-backups-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    /** Blocks of shell of a document that have a word, without their indentation. */
    const recipe = (document: string, word: string) => {
      const text = readFileSync(join(PROJECT_ROOT, document), 'utf8');
      const blocks = [...text.matchAll(/^( *)```sh\n([^]*?)^\1```$/gm)].map(([, indent = '', block = '']) =>
        block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      );
      const found = blocks.filter(block => block.includes(word));
      expect(found).toHaveLength(1);
      return (found[0] ?? '').replaceAll('/backups', folder);
    };

    /** Types it, where there is the command line of Gatehouse, and Docker is this machine. */
    const type = (commands: string) => {
      const programs = join(folder, 'programs');
      mkdirSync(programs, { recursive: true });
      const program = (name: string, ...lines: string[]) =>
        writeFileSync(join(programs, name), ['#!/bin/sh', 'set -eu', ...lines, ''].join('\n'), {
          mode: 0o755,
        });
      const owner = urlOf('gatehouse_owner');
      const cli = `node ${join(PROJECT_ROOT, 'dist/cli.js')}`;
      // The day of the documents: a backup may be restored after midnight.
      program('date', 'echo 2026-11-23');
      program('npm', 'shift 4', `exec ${cli} "$@"`);
      program(
        'docker',
        'case "$2 $3" in',
        '  "exec -T") shift 4; exec "$@" ;;',
        `  "run --rm") case "$5" in`,
        `    migrate) DATABASE_URL='${owner.replaceAll("'", '%27')}' exec ${cli} migrate ;;`,
        `    rights) exec psql --no-psqlrc -q -v ON_ERROR_STOP=1 -f '${deploy('grant-rights.sql')}' '${owner.replaceAll("'", '%27')}' ;;`,
        '    esac ;;',
        'esac',
      );
      return execFileSync('sh', ['-euc', commands], {
        cwd: PROJECT_ROOT,
        encoding: 'utf8',
        stdio: 'pipe',
        env: {
          PATH: `${programs}:${process.env['PATH'] ?? ''}`,
          ...{ PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PGUSER: 'postgres' },
          ...{ OWNER_URL: owner, DATABASE_URL: urlOf('gatehouse'), DATA_KEY_FILE: NODES_DATA_KEY },
          ...{ OWNER_PASSWORD: PASSWORDS.gatehouse_owner, POSTGRES_PASSWORD: '', ENV_FILE: '' },
          ...{
            NODE_ENV: 'production',
            PUBLIC_URL: 'https://login.example.com',
            DATA_DIR: join(folder, 'data'),
          },
          SESSION_SECRET: 'the same secret before the backup and after it',
        },
      });
    };

    it.each([
      ['operations.md', 'docs/operations.md'],
      ['the README of deploy/', 'deploy/README.md'],
    ])('give people and the protection of events back: %s', async (_, document) => {
      const stores = { DATABASE_URL: urlOf('gatehouse'), DATA_KEY_FILE: NODES_DATA_KEY };
      const before = await TestApp.start(stores, [], { stores: 'sqlite' });
      const name = `of-${document.length}`;
      await before.person(name);
      await before.signedIn(name);
      await before.close();
      type(recipe(document, 'pg_dump'));
      await atPostgres(`DELETE FROM users WHERE username_key = '${name}'`, urlOf('gatehouse_owner'));

      type(recipe(document, 'pg_restore'));

      const test = await TestApp.start(stores, [], { stores: 'sqlite' });
      try {
        expect(await test.sql('SELECT 1 FROM sessions')).toEqual([]);
        expect((await (await test.signedIn(name)).get('/welcome')).status).toBe(200);
        expect(await test.sql("SELECT 1 FROM pg_class WHERE relowner = 'gatehouse'::regrole")).toEqual([]);
      } finally {
        await test.close();
      }
      for (const statement of ['DELETE FROM audit_events', 'CREATE TABLE mine (id integer)'])
        await expect(atPostgres(statement, urlOf('gatehouse'))).rejects.toThrow('permission denied');
    });
  });

  it('let nobody else into Valkey, and a node at no other key and no other command', async () => {
    await expect(valkey.command('', ['PING'])).rejects.toThrow(/NOAUTH|WRONGPASS/);
    await expect(valkey.command('default:secret@', ['PING'])).rejects.toThrow(/WRONGPASS/);
    await expect(valkey.command('gatehouse:wrong@', ['PING'])).rejects.toThrow(/WRONGPASS/);
    for (const words of [
      ['GET', 'other:key'],
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['ACL', 'LIST'],
    ])
      await expect(valkey.command('gatehouse:secret@', words)).rejects.toThrow('NOPERM');
  });
});
