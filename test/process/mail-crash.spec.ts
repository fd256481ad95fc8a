import { join } from 'node:path';
import { MailServer } from '../support/mail-server.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

const MAILS_A_ROUND = 5;

describe('a server that is killed with -9 while it sends mails', () => {
  const folder = new Folder();
  /** Addresses whose registration was answered: their mail is promised. */
  const promised: string[] = [];
  let mailServer: MailServer;
  beforeAll(async () => {
    mailServer = await MailServer.start({ plain: true });
  });
  afterAll(async () => {
    await mailServer.stop();
    folder.remove();
  });

  const vars = () => ({ SMTP_URL: mailServer.url, TRUST_PROXY: 'loopback', REGISTRATION: 'open' });
  const start = () => ServerProcess.start(folder, vars());

  /** Registers somebody new, whose mail is promised with the answer. */
  async function register(server: ServerProcess): Promise<void> {
    const name = `person${promised.length}`;
    const email = `${name}@example.org`;
    const from = { 'x-forwarded-for': `2001:db8:${promised.length}::1` };
    const fields = { username: name, email, password: PASSWORD, password_again: PASSWORD };
    const { status } = await server.visitor().insist('/register', fields, from);
    expect(status).toBe(303);
    promised.push(email);
  }

  /** Promises mails, and kills the server when the first of them is on its way. @param accepted whether the mail server takes that one. */
  async function killWhileSending(server: ServerProcess, accepted: boolean): Promise<void> {
    // The first mail is held on its way until the others are promised.
    let letGo: () => void = () => undefined;
    const held = new Promise<void>(resolve => (letGo = resolve));
    // Where that takes more than two seconds, others are on their way beside it, and none of them is taken.
    mailServer.fates.push(accepted ? 'take' : 451, ...Array.from({ length: MAILS_A_ROUND - 1 }, () => 451));
    mailServer.onMessage = async () => {
      await held;
      await server.kill('SIGKILL');
      mailServer.onMessage = () => undefined;
    };
    for (let n = 0; n < MAILS_A_ROUND; n++) await register(server);
    letGo();
    expect(await server.ended).toMatchObject({ signal: 'SIGKILL' });
    mailServer.fates.length = 0;
  }

  /** What the dead process was busy with is left alone for five minutes; here they pass at once. */
  async function fiveMinutesPass(): Promise<number> {
    const file = join(folder.data, 'gatehouse.sqlite');
    const [row] = await changed<{ waiting: number }>(
      file,
      'SELECT count(*) AS waiting FROM mails WHERE due_at IS NOT NULL',
    );
    await changed(file, 'UPDATE mails SET due_at = due_at - 300000 WHERE due_at IS NOT NULL');
    return row!.waiting;
  }

  it('loses none, and sends none twice but the one that was accepted when it died', async () => {
    await killWhileSending(await start(), false);
    expect(await fiveMinutesPass()).toBe(MAILS_A_ROUND);
    expect(mailServer.arrived).toEqual([]);

    const second = await start();
    const before = promised.length;
    await mailServer.until(arrived => arrived.length === before);
    await killWhileSending(second, true);
    expect(await fiveMinutesPass()).toBe(MAILS_A_ROUND);

    const last = await start();
    await register(last);
    const distinct = () => new Set(mailServer.arrived.map(({ to }) => to[0]));
    await mailServer.until(() => distinct().size === promised.length);
    expect(await last.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect([...distinct()].sort()).toEqual([...promised].sort());
    expect(mailServer.arrived).toHaveLength(promised.length + 1);
    expect(new Set(mailServer.arrived.map(({ messageId }) => messageId)).size).toBe(promised.length);
  });

  it('leaves nothing to send behind', async () => {
    expect(await fiveMinutesPass()).toBe(0);
  });
});
