import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { OwnRedis } from './support/own-redis.js';
import { DOCUMENTED_RIGHTS, ServerRole } from './support/server-role.js';
import { atPostgres } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const OPERATIONS = readFileSync(join(PROJECT_ROOT, 'docs/operations.md'), 'utf8');

/** What docs/operations.md says is enough, and nothing else, is what the server gets here (ASVS 13.2.2). */
describe('a server with no more rights than it needs', () => {
  const signInAndOut = async (test: TestApp) => {
    await test.person('ada');
    await test.visitor().signIn('ada', 'wrong');
    const [ada, other] = [await test.signedIn(), await test.signedIn()];
    expect((await ada.postForm('/account/devices/end-others')).status).toBe(303);
    expect((await other.get('/welcome')).status).toBe(303);
    expect((await test.visitor().get('/health/ready')).status).toBe(200);
    expect((await ada.postForm('/logout')).status).toBe(303);
    expect((await test.visitor().signIn('nobody', PASSWORD)).status).toBe(422);
  };

  it('in PostgreSQL may create nothing, once the schema is there', async () => {
    const role = await ServerRole.make();
    const test = await TestApp.start({ DATABASE_URL: role.url }, [], { stores: 'sqlite' });
    try {
      await signInAndOut(test);
      await expect(atPostgres('CREATE TABLE mine (id integer)', role.url)).rejects.toThrow(
        'permission denied',
      );
    } finally {
      await test.close();
      await role.remove();
    }
  });

  it('is told which statement old nodes cannot live with by its name, however many there are', () => {
    const told = /While nodes of a version before run[^]*?\n\n/.exec(OPERATIONS)?.[0] ?? '';
    expect(told).toContain('leave the `REVOKE` out');
    expect(told).not.toMatch(/(first|second|third|fourth|fifth|last) (line|statement)/);
    expect(DOCUMENTED_RIGHTS.filter(statement => statement.startsWith('REVOKE'))).toHaveLength(1);
  });

  it('in Redis may use a few commands on its own keys', async () => {
    const redis = await OwnRedis.start();
    const rules = /`(~gatehouse:\*[^`]*)`/.exec(OPERATIONS)?.[1]?.split(/\s+/) ?? [];
    expect(rules.length).toBeGreaterThan(5);
    await redis.command('ACL', 'SETUSER', 'gatehouse', 'on', '>secret', 'resetkeys', 'nocommands', ...rules);
    const url = redis.url.replace('//', '//gatehouse:secret@');
    const test = await TestApp.start({ REDIS_URL: url }, [], { stores: 'sqlite' });
    try {
      await signInAndOut(test);
      expect(await redis.command('ACL', 'LOG')).toEqual([]);
    } finally {
      await test.close();
      await redis.stop();
    }
  });

  it('in Redis lacks one that a script needs: 503, as without any other, until it has it', async () => {
    const redis = await OwnRedis.start();
    await redis.command('ACL', 'SETUSER', 'gatehouse', 'on', '>secret', '~*', '+@all', '-zadd');
    const url = redis.url.replace('//', '//gatehouse:secret@');
    const test = await TestApp.start({ REDIS_URL: url }, [], { stores: 'sqlite' });
    try {
      await test.person('ada');
      expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(503);
      expect(test.log.events('sys_error').map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^Redis: .*script/),
      ]);
      await redis.command('ACL', 'SETUSER', 'gatehouse', '+zadd');
      expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    } finally {
      await test.close();
      await redis.stop();
    }
  });
});
