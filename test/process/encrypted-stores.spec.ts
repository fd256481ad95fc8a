import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { migrations } from '../../src/database/migrations/all-migrations.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { Redis } from '../../src/redis/redis.js';
import { freePort } from '../support/free-port.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { OwnRedis } from '../support/own-redis.js';
import { POSTGRES_URL, postgresAt } from '../support/stores.js';
import { failedStart, Folder, ServerProcess } from './server-process.js';

/** The engines on TLS, with certificates of an authority of our own, as deploy/ makes them (ASVS 12.3.2, 12.3.4). */
describe('stores that are spoken to over TLS', () => {
  const folder = new Folder();
  const authority = join(folder.path, 'certificates/trusted/ca.crt');
  let postgres: OwnPostgres;
  let redis: OwnRedis;
  let strict: OwnRedis;
  let strictPort: number;
  let admission: string;
  let variables: Record<string, string>;
  beforeAll(async () => {
    const certificates = join(folder.path, 'certificates');
    const uid = (user: string) => (process.getuid?.() === 0 ? idOf(user) : String(process.getuid?.()));
    execFileSync(join(PROJECT_ROOT, 'deploy/certificates.sh'), [certificates, 'localhost'], {
      env: { ...process.env, POSTGRES_UID: uid('postgres'), VALKEY_UID: uid('root') },
      stdio: 'ignore',
    });
    execFileSync('chmod', ['755', folder.path]);
    const [crt, key] = ['crt', 'key'].map(ending => join(certificates, `postgres/server.${ending}`));
    admission = join(folder.path, 'pg_hba.conf');
    writeFileSync(admission, 'host all all 127.0.0.1/32 trust\n', { mode: 0o644 });
    const trusted = [`ssl_ca_file=${authority}`, `hba_file=${admission}`];
    postgres = await OwnPostgres.start([...trusted, 'ssl=on', `ssl_cert_file=${crt}`, `ssl_key_file=${key}`]);
    const [tlsPort, its] = [await freePort(), join(certificates, 'valkey/server')];
    redis = await OwnRedis.start({
      options: [
        ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', '--tls-ca-cert-file', authority],
        ...['--tls-cert-file', `${its}.crt`, '--tls-key-file', `${its}.key`],
      ],
    });
    strictPort = await freePort();
    strict = await OwnRedis.start({
      options: [
        ...['--tls-port', String(strictPort), '--tls-auth-clients', 'yes', '--tls-ca-cert-file', authority],
        ...['--tls-cert-file', `${its}.crt`, '--tls-key-file', `${its}.key`],
      ],
    });
    variables = {
      DATABASE_URL: `postgres://postgres@localhost:${postgres.port}/gatehouse?sslmode=verify-full`,
      REDIS_URL: `rediss://localhost:${tlsPort}`,
      SESSION_SECRET: 'a secret of a test that speaks over TLS',
    };
  });
  afterAll(async () => {
    await postgres.stop();
    await redis.stop();
    await strict.stop();
    folder.remove();
  });

  it('are used where their certificates are by the authority that was named', async () => {
    const url = `${variables['DATABASE_URL']}&sslrootcert=${authority}`;
    const named = { ...variables, DATABASE_URL: url, NODE_EXTRA_CA_CERTS: authority };
    const { code, stderr } = await folder.command(
      ['user', 'create', 'ada', '--password-stdin'],
      'four quiet herons wade',
      named,
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('user_created')]);
    const server = await ServerProcess.start(folder, named);
    expect((await (await server.signedIn('ada')).get('/welcome')).status).toBe(200);
    expect(await server.kill('SIGKILL')).toMatchObject({ stderr: '' });
  });

  const startsWith = async (changes: Record<string, string>) =>
    failedStart(folder, { ...variables, ...changes });

  it.each([
    ['PostgreSQL', () => ({ REDIS_URL: '' }), /DATABASE_URL.*certificate.*sslrootcert=FILE/],
    ['Redis', () => ({ DATABASE_URL: '' }), /REDIS_URL.*certificate.*NODE_EXTRA_CA_CERTS=FILE/],
  ])('are not where nobody vouches for %s: the start says what to name', async (_, changes, words) => {
    expect(await startsWith(changes())).toMatchObject({ code: 1, stderr: expect.stringMatching(words) });
  });

  it.each([
    [
      'the certificate of Redis is for another host',
      () => ({ REDIS_URL: variables['REDIS_URL']!.replace('localhost', '127.0.0.1') }),
      /^REDIS_URL: .+ does not match certificate's altnames.+\. Its certificate is for another host: name in REDIS_URL/,
    ],
    [
      'Redis wants a certificate of its clients',
      () => ({ REDIS_URL: `rediss://localhost:${strictPort}` }),
      /^REDIS_URL: .+ used: tlsv13 alert certificate required\. It wants a certificate of its clients.+ tls-auth-clients/,
    ],
  ])('are not where %s: the start says so', async (_, changes, words) => {
    const ended = await startsWith({ DATABASE_URL: '', NODE_EXTRA_CA_CERTS: authority, ...changes() });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(words.source, 'm')) });
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('are not where one side speaks TLS and the other does not: it is asked at which port that is', async () => {
    const connecting = (REDIS_URL: string) => {
      const { redis: config } = readEnvironment({ REDIS_URL }, { makes: false });
      return config === null ? Promise.reject(new Error('No Redis.')) : Redis.connect(config);
    };
    await Promise.all([
      expect(connecting(`redis://localhost:${strictPort}`)).rejects.toThrow(
        /^REDIS_URL: .+ \(Does it speak TLS at this port\? Then use rediss:\/\/\.\)$/,
      ),
      expect(connecting(redis.url.replace('redis:', 'rediss:'))).rejects.toThrow(
        /^REDIS_URL: .+ \(Does it speak TLS at this port\? If not, use redis:\/\/\.\)$/,
      ),
    ]);
  });

  describe('in PostgreSQL', () => {
    /** Why a program cannot use the database at this URL. */
    const refusal = async (url: string) => {
      const database = new DataSource(dataSourceOptions(postgresAt(url), { entities: [], migrations }));
      try {
        await prepareDatabase(database);
        return 'used';
      } catch (error) {
        return String(error);
      } finally {
        if (database.isInitialized) await database.destroy();
      }
    };
    const at = (host: string, options: string) =>
      refusal(`postgres://postgres@${host}:${postgres.port}/gatehouse?${options}`);
    /** Whom it admits from now on. */
    const admits = async (line: string) => {
      writeFileSync(admission, `${line}\nhost postgres all 127.0.0.1/32 trust\n`);
      await postgres.readAgain();
    };
    afterEach(() => admits('host all all 127.0.0.1/32 trust'));

    it('are not where the certificate is for another host', async () => {
      const said = await at('127.0.0.1', `sslmode=verify-full&sslrootcert=${authority}`);
      expect(said).toMatch(/does not match certificate.+\. Its certificate is for another host: name a host/);
    });

    it('are not without a certificate of the client where one is wanted', async () => {
      await admits('hostssl all all 127.0.0.1/32 trust clientcert=verify-ca');
      const said = await at('localhost', `sslmode=verify-full&sslrootcert=${authority}`);
      expect(said).toMatch(
        /valid client certificate\. It wants .+ name one with sslcert=FILE and sslkey=FILE\.$/,
      );
    });

    it('are not in clear where they are wanted over TLS', async () => {
      await admits('hostssl all all 127.0.0.1/32 trust');
      expect(await at('localhost', '')).toMatch(
        /no encryption\. It takes encrypted connections alone from here/,
      );
      await admits('local all all trust');
      expect(await at('localhost', '')).toMatch(
        /no pg_hba.+\. (Let its pg_hba.conf admit|It takes encrypted)/,
      );
    });

    it('are not over TLS where there is none', async () => {
      expect(await refusal(`${POSTGRES_URL}?sslmode=verify-full`)).toMatch(
        /does not support SSL connections\. Switch its encryption on \(ssl = on\)|certificate/,
      );
    });

    it('are not with a file that is no certificate', async () => {
      const said = await at(
        'localhost',
        `sslmode=verify-full&sslrootcert=${authority}&sslcert=${authority}&sslkey=${admission}`,
      );
      expect(said).toMatch(/cannot be used: .+\. Name files in PEM with sslrootcert, sslcert and sslkey/);
    });
  });
});

const idOf = (user: string): string => execFileSync('id', ['-u', user], { encoding: 'utf8' }).trim();
