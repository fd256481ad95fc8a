import { join } from 'node:path';
import { OwnStores } from '../support/stores.js';
import { ServerProcess } from './server-process.js';
import { changed, SECRETS, SqliteInstallation } from './sqlite-installation.js';

const GOOD =
  /^(\d+) events in (\d+) streams are as written; (\d+) of them without the person, who is gone\.\n$/;

describe('gatehouse audit verify', () => {
  let old: SqliteInstallation;
  beforeAll(async () => (old = await SqliteInstallation.make()));
  afterAll(() => old.folder.remove());

  const verify = (environment: Record<string, string> = {}, ...args: string[]) =>
    old.command(['audit', 'verify', ...args], environment);

  it('finds what commands and a server that was killed have written as it was, and all of it', async () => {
    const { code, stdout, stderr } = await verify();
    expect([code, stderr]).toEqual([0, '']);
    const [, events, streams, nameless] = GOOD.exec(stdout) ?? [];
    const [rows] = await changed<{ n: number; gone: number }>(
      old.file,
      "SELECT count(*) AS n, count(CASE WHEN user_id LIKE 'closed:%' THEN 1 END) AS gone FROM audit_events",
    );
    expect([Number(events), Number(nameless)]).toEqual([rows?.n, rows?.gone]);
    // Four accounts, one disabled, one deleted, and the server.
    expect(streams).toBe('7');
  });

  it('works beside a server, and knows how far that was by a line of its log', async () => {
    const server = await ServerProcess.start(old.folder, SECRETS);
    await server.signedIn('ada');
    expect(await verify()).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await server.kill('SIGTERM');
    const line = stdout.split('\n').find(each => each.includes('"sys_audit_checkpoint"')) ?? '';
    expect(await verify({}, '--checkpoint', line)).toMatchObject({ code: 0, stderr: '' });
    const { checkpoint = '' } = JSON.parse(line) as { checkpoint?: string };
    const [stream = '', seq] = checkpoint.split(':');
    const file = await old.copy(
      'cut',
      `DELETE FROM audit_events WHERE stream = '${stream}'`,
      `DELETE FROM audit_streams WHERE stream = '${stream}'`,
    );
    expect(await verify({ DATABASE_URL: `sqlite:${file}` })).toMatchObject({ code: 0 });
    expect(await verify({ DATABASE_URL: `sqlite:${file}` }, '--checkpoint', checkpoint)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        `^Stream ${stream} was cut off: nothing is left of it, but event ${seq} was there by the checkpoint that was given\\.\n`,
      ) as string,
      stderr: 'The security events are not as Gatehouse wrote them: one stream is wrong.\n',
    });
  });

  it('takes a checkpoint, and nothing else for one', async () =>
    expect(await verify({}, '--checkpoint', 'yesterday')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^--checkpoint takes a line of the log whose event is .+\.\n$/) as string,
    }));

  it('names a row that somebody changed, and ends with 1', async () => {
    const file = await old.copy(
      'changed',
      "UPDATE audit_events SET ip = '192.0.2.1' WHERE event = 'authn_login_fail'",
    );
    expect(await verify({ DATABASE_URL: `sqlite:${file}` })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^Stream [\w-]{22}: event \d+ \(authn_login_fail, .+Z, id .+\) was changed: whose it is, .+\.\n\d+ events /,
      ) as string,
      stderr: 'The security events are not as Gatehouse wrote them: one stream is wrong.\n',
    });
  });

  it('finds a backup as good as what it is a copy of', async () => {
    const copy = join(old.folder.path, 'copy.sqlite');
    await old.command(['backup', copy]);
    const [here, there] = [await verify(), await verify({ DATABASE_URL: `sqlite:${copy}` })];
    expect(there).toEqual(here);
    expect(there.stdout).toMatch(GOOD);
  });

  it('finds an installation that was moved as good as before, and so it stays', async () => {
    const target = await OwnStores.make('postgres');
    const { environment } = target;
    const before = await verify();
    expect(await old.move(environment['DATABASE_URL']!)).toMatchObject({
      code: 0,
    });
    expect(await verify(environment)).toEqual(before);
    expect(await old.command(['user', 'disable', 'ben'], environment)).toMatchObject({ code: 0 });
    expect((await verify(environment)).stdout).toMatch(GOOD);
    await target.sql("UPDATE audit_events SET outcome = 'failure' WHERE event = 'user_disabled'");
    expect((await verify(environment)).stdout).toMatch(
      /^Stream .+\(user_disabled, .+ was changed, or stands/,
    );
    await target.remove();
  });

  it('needs the data keys; a command that has none writes all the same, outside the chain', async () => {
    const without = { DATA_KEY_FILE: join(old.folder.path, 'nowhere') };
    expect(await old.command(['user', 'role', 'ben', 'admin'], without)).toMatchObject({ code: 0 });
    expect(await verify(without)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no data keys can be read at/) as string,
    });
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n\d events? stands? outside the chain: of a version before it, or of a command that had no/,
    );
  });
});
