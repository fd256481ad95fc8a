import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OwnStores } from '../support/stores.js';
import { PASSWORD } from '../support/password.js';
import { ServerProcess } from './server-process.js';
import { changed, SECRETS, SqliteInstallation } from './sqlite-installation.js';

describe('after a move to PostgreSQL', () => {
  let old: SqliteInstallation;
  let target: OwnStores;
  let server: ServerProcess;
  // Without a second factor the role would not be in force.
  const mails = { SMTP_URL: 'outbox', REGISTRATION: 'invite', SECOND_FACTOR: 'optional' };
  beforeAll(async () => {
    [old, target] = [await SqliteInstallation.make(), await OwnStores.make('postgres')];
    await old.move(target.environment['DATABASE_URL']!);
    server = await ServerProcess.start(old.folder, { ...SECRETS, ...mails, ...target.environment });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await target.remove();
    old.folder.remove();
  });

  it('everybody has to sign in again', async () => {
    for (const browser of old.browsers)
      expect((await server.sameBrowser(browser).get('/session')).status).toBe(401);
  });

  it('guesses that failed before still count', async () => {
    const before = await changed<{ budget: string }>(await old.copy('before'), 'SELECT budget FROM attempts');
    const now = Date.now();
    const raised = await target.sql(
      `UPDATE attempts SET failures = 20, last_at = ${now}, forgotten_at = ${now} + 86400000
       WHERE budget = ANY($1) RETURNING budget`,
      [before.map(({ budget }) => budget)],
    );
    expect(raised).toHaveLength(before.length);
    expect((await server.visitor().signIn('ben', PASSWORD)).status).toBe(429);
    await target.sql('DELETE FROM attempts');
  });

  it('people sign in with the passwords they had, as what they were', async () => {
    const ada = await server.signedIn('ada@example.org');
    expect(JSON.parse((await ada.get('/session')).body)).toMatchObject({
      user: { username: 'Ada', email: 'ada@example.org', role: 'admin' },
    });
    const ben = await server.signedIn('ben');
    expect(JSON.parse((await ben.get('/session')).body)).toMatchObject({ user: { role: 'user' } });
    expect((await server.visitor().signIn('cleo', PASSWORD)).status).toBe(422);
  });

  it('they find what happened before', async () => {
    const ada = await server.signedIn('ada');
    expect((await ada.get('/account/activity')).body).toMatch(
      /The account was created<\/span> <span class="from">from the command line</,
    );
  });

  it('a mail that was promised goes out, and its link works', async () => {
    await target.sql('UPDATE mails SET due_at = 0 WHERE due_at IS NOT NULL');
    // A command that sends a mail sends all that are due.
    await old.command(['user', 'invite', 'dora@example.org'], { ...mails, ...target.environment });
    let link: string | undefined;
    // But for one that the server has taken up at the same moment, and is about to send.
    while ((link = mailedLinks(old).find(path => path.startsWith('/reset?'))) === undefined) await pause(20);
    const ada = server.visitor();
    const { location } = await ada.get(link);
    expect((await ada.get(location ?? '/no-such-page')).status).toBe(200);
  });
});

function mailedLinks({ folder }: SqliteInstallation): string[] {
  const outbox = join(folder.data, 'outbox');
  return readdirSync(outbox).flatMap(
    name => /https?:\/\/[^/\s]+(\/\S*)/.exec(readFileSync(join(outbox, name), 'utf8'))?.[1] ?? [],
  );
}
