import { join } from 'node:path';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

const EVENTS = 86_400;
const PEOPLE = 130_000;

describe('the command line where there is very much', () => {
  const folder = new Folder();
  const file = join(folder.data, 'gatehouse.sqlite');
  afterAll(() => folder.remove());

  const addEvents = (username: string) =>
    changed(
      file,
      `INSERT INTO audit_events (id, occurred_at, event, outcome, user_id, ip, user_agent, request_id, facts)
       WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${EVENTS})
       SELECT users.username || n, 1795000000000 + n, 'user_updated', 'success', users.id, '192.0.2.7', 'A bot', '', '{}'
       FROM numbers JOIN users ON users.username = ?`,
      [username],
    );
  const told = async () => {
    const rows = await changed<{ n: number }>(
      file,
      "SELECT count(*) AS n FROM audit_events WHERE user_agent = 'A bot'",
    );
    return rows[0]!.n;
  };

  it('user delete takes somebody out of all their events before it ends: no server need run', async () => {
    await folder.addPerson('ada');
    await addEvents('ada');
    const { code, stdout } = await folder.command(['user', 'delete', 'ada']);
    expect([code, stdout]).toEqual([0, 'Deleted ada.\n']);
    expect(await told()).toBe(0);
  });

  it('goes on with what a server that was killed had promised', async () => {
    await folder.addPerson('ben');
    await folder.addPerson('eve');
    await addEvents('ben');
    const server = await ServerProcess.start(folder);
    const ben = await server.signedIn('ben');
    expect((await ben.postForm('/account/close', { username: 'ben' })).status).toBe(303);
    await server.kill('SIGKILL');
    expect(await told()).toBeGreaterThan(0);
    // What the dead process was busy with is left alone for a minute; here it passes at once.
    await changed(file, 'UPDATE erasures SET due_at = due_at - 60000');
    expect((await folder.command(['user', 'delete', 'eve'])).code).toBe(0);
    expect(await told()).toBe(0);
  });

  it('user list shows everybody, however many they are', async () => {
    await changed(
      file,
      `INSERT INTO users (id, username, username_key, display_name, role, demo, created_at)
       WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${PEOPLE})
       SELECT 'many-' || n, 'p' || n, 'p' || n, 'P', 'user', 0, 1795000000000 + n FROM numbers`,
    );
    await folder.addPerson('zoe');
    const { code, stdout } = await folder.command(['user', 'list']);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split(' ')[0]!);
    expect([code, names.length, names[0], names.at(-1)]).toEqual([0, PEOPLE + 2, 'username', 'zoe']);
    expect(new Set(names).size).toBe(names.length);
  });
});
