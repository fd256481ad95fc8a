import { join } from 'node:path';
import { OwnRedis } from '../support/own-redis.js';
import { OwnSentinels } from '../support/own-sentinels.js';
import { OwnStores } from '../support/stores.js';
import { Folder, ServerProcess } from './server-process.js';
import { SECRETS } from './sqlite-installation.js';

it('commands and servers in production find a Redis by its Sentinel', async () => {
  const folder = new Folder();
  const [target, redis] = [await OwnStores.make('postgres'), await OwnRedis.start()];
  const sentinels = await OwnSentinels.start(redis.port, 0, { count: 1 });
  const environment = { ...SECRETS, ...target.environment, REDIS_URL: sentinels.url };
  const gatehouse = async (words: readonly string[], variables: Record<string, string> = environment) => {
    const { code, stdout, stderr } = await folder.command(words, '', variables);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    return stdout;
  };
  try {
    await folder.addPerson('ada', SECRETS);
    const before = await ServerProcess.start(folder, SECRETS);
    const ada = await before.signedIn('ada');
    await before.kill('SIGTERM');
    await gatehouse(['backup', join(folder.path, 'copy.sqlite')], { ...SECRETS, REDIS_URL: sentinels.url });
    const [from, to] = [
      `sqlite:${join(folder.data, 'gatehouse.sqlite')}`,
      target.environment['DATABASE_URL']!,
    ];
    expect(await gatehouse(['move', '--from', from, '--to', to, '--sessions'])).toMatch(
      /^1 session moved\.$/m,
    );
    const server = await ServerProcess.start(folder, environment);
    const there = server.sameBrowser(ada);
    expect((await there.get('/session')).status).toBe(200);
    expect((await server.visitor().get('/health/ready')).status).toBe(200);
    expect(JSON.parse(await gatehouse(['sessions', 'list', 'ada', '--json']))).toHaveLength(1);
    await gatehouse(['sessions', 'revoke', 'ada']);
    expect((await there.get('/session')).status).toBe(401);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await sentinels.stop();
    await redis.stop();
    await target.remove();
    folder.remove();
  }
});
