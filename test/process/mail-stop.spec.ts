import { join } from 'node:path';
import { ScriptedSmtp } from '../support/scripted-smtp.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('a server that is told to stop with a mail under way', () => {
  const folder = new Folder();
  let smtp: ScriptedSmtp;
  beforeAll(async () => {
    smtp = await ScriptedSmtp.start();
  });
  afterAll(async () => {
    await smtp.stop();
    folder.remove();
  });

  const start = () => ServerProcess.start(folder, { SMTP_URL: smtp.url(), REGISTRATION: 'open' });
  let people = 0;

  /** A server whose mail server has a whole mail and has not said yet whether it took it. */
  async function withMailUnderWay() {
    let answer: (words: string | null) => void = () => undefined;
    const held = new Promise<string | null>(resolve => (answer = resolve));
    let stood = false;
    smtp.answer = moment => {
      if (moment !== 'message') return null;
      stood = true;
      return held;
    };
    const server = await start();
    const username = `person${++people}`;
    const email = `${username}@example.org`;
    const fields = { username, email, password: PASSWORD, password_again: PASSWORD };
    expect((await server.visitor().insist('/register', fields)).status).toBe(303);
    await smtp.until(() => stood);
    return { server, email, answer };
  }

  async function waiting(): Promise<{ due_at: number; answer: string | null }[]> {
    const file = join(folder.data, 'gatehouse.sqlite');
    const rows = await changed<{ due_at: number; answer: string | null }>(
      file,
      'SELECT * FROM mails WHERE due_at IS NOT NULL',
    );
    await changed(file, 'UPDATE mails SET due_at = 1 WHERE due_at IS NOT NULL');
    return rows;
  }

  it('lets it be answered, and ends with 0: the mail has gone once', async () => {
    const { server, email, answer } = await withMailUnderWay();
    server.process.kill('SIGTERM');
    await server.says(/No new connections/);
    answer(null);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    expect(smtp.recipients).toEqual([email]);
    expect(await waiting()).toEqual([]);
  });

  it('waits no longer when it is told again, and ends with 0: the mail is tried again', async () => {
    const { server, email } = await withMailUnderWay();
    server.process.kill('SIGTERM');
    await server.says(/No new connections/);
    server.process.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    const rows = await waiting();
    expect(rows).toHaveLength(1);
    expect(rows[0]!.answer).toMatch(/sent and not answered/);

    smtp.answer = () => null;
    const next = await start();
    await next.kill('SIGTERM');
    await waiting();
    const last = await start();
    const visitor = last.visitor();
    const username = `person${++people}`;
    const fields = { username, email: 'last@example.org', password: PASSWORD, password_again: PASSWORD };
    expect((await visitor.insist('/register', fields)).status).toBe(303);
    await smtp.until(() => smtp.recipients.includes(email) && smtp.recipients.includes('last@example.org'));
    await last.kill('SIGTERM');
    expect(new Set(smtp.recipients).size).toBe(smtp.taken.length);
  });

  it('does not wait for ever by itself', async () => {
    const { server } = await withMailUnderWay();
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    expect(await waiting()).toHaveLength(1);
  });
});
