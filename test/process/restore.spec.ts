import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { documentText } from '../support/document-tables.js';
import { freePort } from '../support/free-port.js';
import { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

/** What docs/operations.md says: line by line. */
const [, RECIPE = ''] =
  /To restore SQLite, with the server stopped:\n\n```sh\n([^`]+)```/.exec(
    documentText('docs/operations.md'),
  ) ?? [];
const BACKUP = '/backups/gatehouse-2026-11-23.sqlite';
const COMMAND = 'npm run -s gatehouse -- ';
const WIKI = 'https://wiki.example.com';

describe('a restore of SQLite, as the documents say', () => {
  const folder = new Folder();
  const file = join(folder.data, 'gatehouse.sqlite');
  const backup = join(folder.path, 'backup.sqlite');
  let gate = 0;
  let server: ServerProcess;
  beforeAll(async () => {
    await folder.addPerson('ada');
    const app = `app add wiki --everybody --including-registered --tokens --origin ${WIKI}`;
    expect(await folder.command(app.split(' '))).toMatchObject({ code: 0 });
    gate = await freePort();
    server = await ServerProcess.start(folder, { GATE_LISTEN: String(gate) });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  const asked = async (credentials: Record<string, string>) =>
    new Visitor(gate).send('GET', '/forward-auth/nginx', undefined, {
      'x-original-url': `${WIKI}/`,
      'x-original-method': 'GET',
      ...credentials,
    });

  /** A session in the application, as a ticket begins one. */
  const opened = async () => {
    const cookie = randomBytes(32).toString('base64url');
    const digest = createHash('sha256').update(cookie).digest('base64url');
    await changed(
      file,
      `INSERT INTO application_sessions SELECT ?, id, '${WIKI}', began_at, began_at FROM sign_ins`,
      [digest],
    );
    return { cookie: `__Host-gatehouse-app=${cookie}` };
  };
  const restored = async () => {
    for (const line of RECIPE.trim().split('\n')) {
      if (line.startsWith(COMMAND)) {
        const done = await folder.command(line.slice(COMMAND.length).split(' '));
        expect([line, done.code, done.code === 0 ? '' : done.stderr]).toEqual([line, 0, '']);
      } else if (line === 'node dist/main.js')
        server = await ServerProcess.start(folder, { GATE_LISTEN: String(gate) });
      else execFileSync('sh', ['-c', line.replace(BACKUP, backup)], { cwd: folder.path });
    }
  };

  it('signs everybody out, of applications too, and lets no program in whose token was ended since', async () => {
    const ada = await server.signedIn('ada');
    const session = await opened();
    const made = await ada.postForm('/account/tokens', { application: 'wiki', name: 'a script', days: '30' });
    const token = { authorization: `Bearer ${/gth_[\w-]+/.exec(made.body)?.[0] ?? ''}` };
    expect([(await asked(session)).status, (await asked(token)).status]).toEqual([200, 200]);
    expect(await folder.command(['backup', backup])).toMatchObject({ code: 0 });
    await folder.command(['sessions', 'revoke', 'ada']);
    await folder.command(['tokens', 'revoke', 'ada']);
    expect([(await asked(session)).status, (await asked(token)).status]).toEqual([401, 401]);
    await server.kill('SIGTERM');
    await restored();
    expect([(await asked(session)).status, (await asked(token)).status]).toEqual([401, 401]);
    expect((await server.sameBrowser(ada).get('/welcome')).status).toBe(303);
    expect((await (await server.signedIn('ada')).get('/welcome')).status).toBe(200);
  });
});
