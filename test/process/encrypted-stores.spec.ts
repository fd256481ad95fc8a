import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { freePort } from '../support/free-port.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { OwnRedis } from '../support/own-redis.js';
import { failedStart, Folder, ServerProcess } from './server-process.js';

/** The engines on TLS, with certificates of an authority of our own, as deploy/ makes them (ASVS 12.3.2, 12.3.4). */
describe('stores that are spoken to over TLS', () => {
  const folder = new Folder();
  const authority = join(folder.path, 'certificates/trusted/ca.crt');
  let postgres: OwnPostgres;
  let redis: OwnRedis;
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
    postgres = await OwnPostgres.start(['ssl=on', `ssl_cert_file=${crt}`, `ssl_key_file=${key}`]);
    const [tlsPort, its] = [await freePort(), join(certificates, 'valkey/server')];
    redis = await OwnRedis.start({
      options: [
        ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', '--tls-ca-cert-file', authority],
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
    ['PostgreSQL', { REDIS_URL: '' }, /DATABASE_URL.*certificate.*sslrootcert=FILE/],
    ['Redis', { DATABASE_URL: '' }, /REDIS_URL.*certificate.*NODE_EXTRA_CA_CERTS=FILE/],
  ])('are not where nobody vouches for %s: the start says what to name', async (_, changes, words) => {
    expect(await startsWith(changes)).toMatchObject({ code: 1, stderr: expect.stringMatching(words) });
  });

  it('are not where the certificate is for another host', async () => {
    const url = `postgres://postgres@127.0.0.1:${postgres.port}/gatehouse?sslmode=verify-full&sslrootcert=${authority}`;
    const ended = await startsWith({ DATABASE_URL: url, REDIS_URL: '' });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not match certificate/) });
  });
});

const idOf = (user: string): string => execFileSync('id', ['-u', user], { encoding: 'utf8' }).trim();
