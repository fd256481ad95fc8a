import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PASSWORD } from '../support/password.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('what an operator does about passwords and sessions, beside a running server', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(async () => {
    await folder.addPerson('ada');
    const made = ['user', 'create', 'ben', '--email', 'ben@example.org', '--password-stdin'];
    expect(await folder.command(made, PASSWORD)).toMatchObject({ code: 0 });
    server = await ServerProcess.start(folder, { SMTP_URL: 'outbox' });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  const said = async (...command: string[]) => {
    const { code, stdout, stderr } = await folder.command(command, '', { SMTP_URL: 'outbox' });
    return { code, stdout, refusal: code === 0 ? '' : stderr };
  };
  const isIn = async (visitor: Visitor) => (await visitor.get('/welcome')).status === 200;

  it('ends everybody’s sessions', async () => {
    const people = [await server.signedIn('ada'), await server.signedIn('ada'), await server.signedIn('ben')];
    expect(await said('sessions', 'revoke', '--all')).toEqual({
      code: 0,
      stdout: 'Ended 3 sessions of 2 people.\n',
      refusal: '',
    });
    expect(await Promise.all(people.map(isIn))).toEqual([false, false, false]);
    expect(await said('sessions', 'revoke', '--all')).toMatchObject({
      stdout: 'Ended 0 sessions of 0 people.\n',
    });
    expect(await isIn(await server.signedIn('ada'))).toBe(true);
  });

  it('ends one session of somebody, and that an operator did so is written down', async () => {
    const ada = await server.signedIn('ada');
    const { session } = JSON.parse((await ada.get('/session')).body) as { session: { publicId: string } };
    expect(await said('sessions', 'revoke', 'ada', session.publicId)).toMatchObject({ code: 0 });
    expect(await isIn(ada)).toBe(false);
    const file = join(folder.data, 'gatehouse.sqlite');
    expect(
      await changed(file, `SELECT end_reason AS reason FROM sign_ins WHERE id = '${session.publicId}'`),
    ).toEqual([{ reason: 'operator' }]);
    expect(
      await changed(
        file,
        `SELECT json_extract(facts, '$.reason') AS reason, ip FROM audit_events
         WHERE event = 'session_ended' ORDER BY occurred_at DESC LIMIT 1`,
      ),
    ).toEqual([{ reason: 'operator', ip: '' }]);
  });

  it('wants to know whose: somebody’s or everybody’s', async () => {
    const refusal = 'Name somebody, or say --all for everybody: one of the two.\n';
    expect(await said('sessions', 'revoke')).toEqual({ code: 1, stdout: '', refusal });
    expect(await said('sessions', 'revoke', 'ada', '--all')).toEqual({ code: 1, stdout: '', refusal });
  });

  it('mails links to set a new password, and says where they went', async () => {
    const outbox = join(folder.data, 'outbox');
    expect(await said('user', 'send-reset', 'ben')).toEqual({
      code: 0,
      stdout:
        `A link to set a new password goes to ben@example.org, as a file in ${JSON.stringify(outbox)}. ` +
        'The password stays as it is until the link is used.\n',
      refusal: '',
    });
    const ben = await server.signedIn('ben');
    expect(await said('user', 'require-new-password', 'ben')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /The password no longer works, and all sessions are ended\.\n$/,
      ) as string,
    });
    expect(await isIn(ben)).toBe(false);
    const subjects = () =>
      readdirSync(outbox).map(name => /^Subject: (.+)$/m.exec(readFileSync(join(outbox, name), 'utf8'))?.[1]);
    // The server may have taken one up before the command that promised it could.
    for (const subject of ['Set a new password for Gatehouse', 'Your Gatehouse account needs a new password'])
      while (!subjects().includes(subject)) await pause(20);
  });

  it('is told where no mail can go', async () => {
    for (const command of ['send-reset', 'require-new-password'])
      expect(await said('user', command, 'ada')).toEqual({
        code: 1,
        stdout: '',
        refusal:
          'ada has no e-mail address: nothing was done. "user set-password" sets a password by hand.\n',
      });
    const off = await folder.command(['user', 'send-reset', 'ben'], '', {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://login.example.org',
    });
    expect([off.code, off.stderr]).toEqual([
      1,
      'SMTP_URL is not set: no mail is sent. "user set-password" sets a password by hand.\n',
    ]);
  });
});
