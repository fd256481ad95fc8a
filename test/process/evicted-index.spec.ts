import { OwnStores } from '../support/stores.js';
import { PASSWORD } from '../support/password.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';
import { SECRETS } from './sqlite-installation.js';

describe('the command line beside a server whose Redis has lost the lists of sessions', () => {
  const folder = new Folder();
  let stores: OwnStores;
  let server: ServerProcess;
  beforeAll(async () => {
    stores = await OwnStores.make('sqlite+redis');
    await gatehouse(['user', 'create', 'ada', '--password-stdin'], PASSWORD);
    server = await ServerProcess.start(folder, environment());
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await stores.remove();
    folder.remove();
  });

  const environment = () => ({ ...SECRETS, ...stores.environment });
  const gatehouse = async (args: readonly string[], input = '') => {
    const { code, stdout, stderr } = await folder.command([...args], input, environment());
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return stdout;
  };
  const isIn = async (visitor: Visitor) => (await visitor.get('/session')).status === 200;

  it.each([
    ['set-password', [['user', 'set-password', 'ada', '--password-stdin']]],
    [
      'disable and enable',
      [
        ['user', 'disable', 'ada'],
        ['user', 'enable', 'ada'],
      ],
    ],
    ['role', [['user', 'role', 'ada', 'admin']]],
    ['sessions revoke', [['sessions', 'revoke', 'ada']]],
    ['delete', [['user', 'delete', 'ada']]],
  ])('%s ends every session', async (_, commands) => {
    const visitors = [await server.signedIn('ada'), await server.signedIn('ada')];
    expect(await Promise.all(visitors.map(isIn))).toEqual([true, true]);
    for (const key of await stores.keys()) if (key.startsWith('sessions-of:')) await stores.redis('DEL', key);
    for (const command of commands) await gatehouse(command, PASSWORD);
    expect(await Promise.all(visitors.map(isIn))).toEqual([false, false]);
  });
});
