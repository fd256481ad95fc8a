import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD } from '../support/password.js';
import { freePort } from '../support/free-port.js';
import { Project } from './project.js';

describe('a program that is started elsewhere', () => {
  const project = new Project();
  const made = (path: string) => existsSync(join(project.root, path));
  beforeAll(() => {
    project.write('elsewhere/.env', 'DATA_DIR=wrong', 'APP_NAME=Wrong');
    const mails = ['SMTP_URL=outbox', 'REGISTRATION=invite'];
    project.write('project/.env', 'DATA_DIR=store', 'PUBLIC_URL=https://login.example.org', ...mails);
    project.write('project/secrets', 'a secret of more than thirty-two characters');
    project.write('project/keys', 'one:TmV3IGtleXMgb2YgcXVpZXQgaGVyb25zLCB0aGlydHk');
    project.write(
      'project/other.env',
      'DATABASE_URL=sqlite:deep/er/people.sqlite',
      'SESSION_SECRET_FILE=secrets',
      'DATA_KEY_FILE=keys',
    );
  });
  afterEach(() => {
    expect(readdirSync(project.elsewhere).filter(name => !name.endsWith('.sqlite'))).toEqual(['.env']);
    expect(made('data')).toBe(false);
  });
  afterAll(() => project.remove());

  it('reads the .env of the project, and its relative paths count from there', async () => {
    const invite = await project.command(['user', 'invite', 'ada@example.org']);
    expect(invite.stdout).toContain(
      `Made a new database at "${join(project.root, 'store/gatehouse.sqlite')}".`,
    );
    expect(invite.stdout).toContain(`/invite (PUBLIC_URL in "${join(project.root, '.env')}").`);
    expect(invite.stdout).toContain(
      `a file in "${join(project.root, 'store/outbox')}" (SMTP_URL in "${join(project.root, '.env')}"): send it on.`,
    );
    expect(readdirSync(join(project.root, 'store')).sort()).toEqual([
      'data-key',
      'gatehouse.sqlite',
      'outbox',
      'session-secret',
    ]);
  });

  it('reads another file where ENV_FILE says so, server and command line alike', async () => {
    const vars = {
      ENV_FILE: 'other.env',
      PORT: String(await freePort()),
      PUBLIC_URL: 'http://localhost:4000',
    };
    const server = project.start('main.js', [], vars);
    while (!server.said().includes(' is at ')) {
      const ended = await Promise.race([once(server.process.stdout, 'data').then(() => null), server.ended]);
      if (ended !== null) throw new Error(JSON.stringify(ended));
    }
    const create = await project.command(['user', 'create', 'ada', '--password-stdin'], PASSWORD, vars);
    server.process.kill('SIGTERM');
    const { stdout } = await server.ended;
    expect(stdout).toContain(`Made a new database at \\"${join(project.root, 'deep/er/people.sqlite')}\\".`);
    expect(create).toMatchObject({ code: 0, stdout: 'Created ada.\n' });
  });

  it('reads none where ENV_FILE says so, and refuses one that is not there', async () => {
    const [none, gone] = await Promise.all([
      project.command(['user', 'list'], '', { ENV_FILE: 'none' }),
      project.command(['user', 'list'], '', { ENV_FILE: 'gone.env' }),
    ]);
    expect(none.stderr).toContain(
      `There is no database at "${join(project.root, 'data/gatehouse.sqlite')}" (the default: neither `,
    );
    expect(gone.stderr).toBe(`ENV_FILE: "${join(project.root, 'gone.env')}" cannot be read (ENOENT).\n`);
    expect([none.code, gone.code]).toEqual([1, 1]);
  });

  it('takes the paths of a command from the folder the person is in, also through npm', async () => {
    const typed = await project.command(['backup', 'typed.sqlite']);
    expect(typed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Copied the database to ${join(project.elsewhere, 'typed.sqlite')}.\n`),
    });
    const args = ['run', '-s', '--prefix', project.root, 'gatehouse', '--', 'backup', 'by-npm.sqlite'];
    const env = { PATH: process.env['PATH'], HOME: project.path };
    const { stdout } = spawnSync('npm', args, { cwd: project.elsewhere, env, encoding: 'utf8' });
    expect(stdout).toContain(`Copied the database to ${join(project.elsewhere, 'by-npm.sqlite')}.\n`);
  });

  describe('whose .env names files for what holds a password', () => {
    const vars = { ENV_FILE: 'files.env' };
    const copy = join(project.elsewhere, 'typed.sqlite');
    beforeAll(() => {
      project.write(
        'project/files.env',
        'DATA_DIR=store',
        'DATABASE_URL_FILE=url',
        'SESSION_SECRET_FILE=gone',
        'SMTP_URL=smtp://127.0.0.1:1',
      );
      project.write('project/url', 'sqlite:nowhere/people.sqlite');
    });

    it('takes the variable of the environment in place of the file that .env names', async () => {
      const secret = { SESSION_SECRET: 'another secret that is as long as it has to be' };
      expect(await project.command(['user', 'list'], '', { ...vars, ...secret })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('nowhere/people.sqlite') as string,
      });
      const on = { ...vars, ...secret, DATABASE_URL: `sqlite:${copy}` };
      expect(await project.command(['audit', 'verify'], '', on)).toMatchObject({ code: 0, stderr: '' });
    });

    it('takes the file that the environment names in place of the variable in .env', async () => {
      const { stderr } = await project.command(['user', 'list'], '', {
        ...vars,
        SMTP_URL_FILE: 'no-such-file',
      });
      expect(stderr).toBe(
        `SMTP_URL_FILE: "${join(project.root, 'no-such-file')}" cannot be read (ENOENT).\n`,
      );
    });

    it('has no file where the environment sets its variable to nothing', async () => {
      const none = { ...vars, DATABASE_URL_FILE: '', SESSION_SECRET_FILE: '' };
      expect(await project.command(['user', 'list'], '', none)).toMatchObject({ code: 0, stderr: '' });
    });

    it('keeps to one of the two where both are set in one place', async () => {
      const both = { DATABASE_URL: `sqlite:${copy}`, DATABASE_URL_FILE: 'url' };
      expect(await project.command(['user', 'list'], '', { ...vars, ...both })).toMatchObject({
        code: 1,
        stderr: 'DATABASE_URL and DATABASE_URL_FILE are both set. Keep one of them.\n',
      });
    });
  });
});
