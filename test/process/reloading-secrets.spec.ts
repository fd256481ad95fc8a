import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { issueToken } from '../../src/crypto/secret-token.js';
import { freePort } from '../support/free-port.js';
import { Folder, run, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

const [OLD, NEW] = ['the secret that was there before it all', 'another secret that comes after the first'];

describe('a server that gets SIGHUP', () => {
  const folder = new Folder();
  const file = join(folder.path, 'secrets');
  let server: ServerProcess;
  beforeAll(() => folder.addPerson('ada'));
  beforeEach(async () => {
    put(OLD);
    server = await ServerProcess.start(folder, { SESSION_SECRET_FILE: file });
  });
  afterEach(() => server.kill('SIGKILL'));
  afterAll(() => folder.remove());

  /** Replaces the file as operators do: whole, in one step. */
  function put(...secrets: string[]): void {
    writeFileSync(`${file}.new`, `${secrets.join('\n')}\n`);
    renameSync(`${file}.new`, file);
  }

  /** Whether a server that knows only this secret knows the visitor. */
  async function isKnownWith(secret: string, visitor: Parameters<ServerProcess['sameBrowser']>[0]) {
    const other = await ServerProcess.start(folder, { SESSION_SECRET: secret });
    const { status } = await other.sameBrowser(visitor).get('/session');
    await other.kill('SIGTERM');
    return status === 200;
  }

  it('signs with the new secret and signs nobody out', async () => {
    const before = await server.signedIn('ada');
    put(NEW, OLD);
    server.process.kill('SIGHUP');
    await server.says(/The session secrets were read again: 2 of them; another one signs now\./);
    const after = await server.signedIn('ada');
    expect((await before.get('/session')).status).toBe(200);
    expect((await before.postForm('/account', { display_name: 'Ada' })).status).toBe(303);
    expect(await isKnownWith(NEW, after)).toBe(true);
    expect(await isKnownWith(NEW, before)).toBe(false);
  });

  it('forgets a secret that is no longer in the file', async () => {
    const before = await server.signedIn('ada');
    put(NEW);
    server.process.kill('SIGHUP');
    await server.says(/read again: 1 of them; another one signs now\./);
    expect((await before.get('/session')).status).toBe(401);
  });

  it.each([
    ['a short secret', () => put('short'), /SESSION_SECRET_FILE takes .+ characters/],
    ['an empty file', () => writeFileSync(file, ''), /SESSION_SECRET_FILE takes .+ characters/],
    ['no file', () => renameSync(file, `${file}.gone`), /cannot be read \(ENOENT\)/],
  ])('keeps the old ones where it finds %s', async (_, harm, words) => {
    const before = await server.signedIn('ada');
    harm();
    server.process.kill('SIGHUP');
    await server.says(words);
    await server.says(/The session secrets from before stay in use\./);
    expect((await before.get('/session')).status).toBe(200);
    expect(await isKnownWith(OLD, await server.signedIn('ada'))).toBe(true);
  });
});

describe('what docs/operations.md says to do where a session secret has leaked', () => {
  const folder = new Folder();
  const file = join(folder.path, 'secrets');
  afterAll(() => folder.remove());

  const document = readFileSync(join(PROJECT_ROOT, 'docs/operations.md'), 'utf8');
  const [, names = ''] = /## Changing the session secret.+?```sh\n(.+?)cp -p/s.exec(document) ?? [];
  const [, recipe = ''] = /\*\*If a secret has leaked\*\*.+?```sh\n(.+?)```/s.exec(document) ?? [];

  /** Runs it as it stands, with these in place of the programs of an installation. */
  const carryOut = (pid: number | undefined) => {
    const script = `
      systemctl() { kill -HUP ${pid}; }
      npm() { test "$*" = "run -s gatehouse -- sessions revoke --all" && shift 4 && "$NODE" "$CLI" sessions revoke --all; }
      ${names.replace('data/session-secret', file)}
      set -e
      ${recipe}`;
    const env = { ...process.env, DATA_DIR: folder.data, PUBLIC_URL: 'http://localhost:4000' };
    const programs = { NODE: process.execPath, CLI: join(PROJECT_ROOT, 'dist/cli.js') };
    return promisify(execFile)('sh', ['-c', script], { env: { ...env, ...programs }, cwd: folder.path });
  };

  /** What the gate answers to the cookie of a session in an application. */
  const answerTo = async (cookie: string, port: number) => {
    const headers = {
      'x-original-url': 'https://wiki.example.com/',
      'x-original-method': 'GET',
      cookie: `__Host-gatehouse-app=${cookie}`,
    };
    const question = request({ host: '127.0.0.1', port, path: '/forward-auth/nginx', headers }).end();
    const [{ statusCode }] = (await once(question, 'response')) as [{ statusCode: number }];
    return statusCode;
  };

  it('ends all sessions, and what was opened of applications from them', async () => {
    writeFileSync(file, `${OLD}\n`);
    const gate = await freePort();
    const settings = { SESSION_SECRET_FILE: file, GATE_LISTEN: `127.0.0.1:${gate}` };
    await folder.addPerson('ada', settings);
    await folder.command(
      'app add wiki --everybody --origin https://wiki.example.com'.split(' '),
      '',
      settings,
    );
    const server = await ServerProcess.start(folder, settings);
    const ada = await server.signedIn('ada');
    const { body } = await ada.get('/session');
    const { session } = JSON.parse(body) as { session: { publicId: string } };
    const { plain, digest } = issueToken();
    await changed(
      join(folder.data, 'gatehouse.sqlite'),
      'INSERT INTO application_sessions VALUES (?, ?, ?, ?, ?)',
      [digest, session.publicId, 'https://wiki.example.com', Date.now(), Date.now()],
    );
    expect(await answerTo(plain, gate)).toBe(200);
    await carryOut(server.process.pid);
    await server.says(/read again: 1 of them; another one signs now\./);
    expect(readFileSync(file, 'utf8')).not.toContain(OLD);
    expect([(await ada.get('/session')).status, await answerTo(plain, gate)]).toEqual([401, 401]);
    await server.kill('SIGTERM');
  });
});

describe('a server that gets SIGHUP while it starts', () => {
  it('goes on, and reads its secrets again once it is up', async () => {
    const folder = new Folder();
    const {
      process: child,
      ended,
      said,
    } = run('main.js', [], folder.path, {
      ...{ DATA_DIR: folder.data, PUBLIC_URL: 'http://localhost:4000', PORT: '0' },
      SESSION_SECRET: OLD,
    });
    while (!existsSync(join(folder.data, 'gatehouse.sqlite'))) await setImmediate();
    child.kill('SIGHUP');
    const says = async (words: RegExp) => {
      while (!words.test(said())) await once(child.stdout!, 'data');
      return 'said';
    };
    const signal = ended.then(end => end.signal);
    expect(await Promise.race([says(/ is at /), signal])).toBe('said');
    // On a busy machine it may have been up before the signal came.
    await says(/The session secrets were read again: 1 of them; .+ is the same\./);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    folder.remove();
  });
});

describe('a server whose secret is in a variable', () => {
  it('has the same one after SIGHUP', async () => {
    const folder = new Folder();
    await folder.addPerson('ada');
    const server = await ServerProcess.start(folder, { SESSION_SECRET: OLD });
    const visitor = await server.signedIn('ada');
    server.process.kill('SIGHUP');
    await server.says(/read again: 1 of them; the first one, which signs, is the same\./);
    expect((await visitor.get('/session')).status).toBe(200);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    folder.remove();
  });
});

describe('a server whose generated secret was taken away', () => {
  it('keeps it after SIGHUP, and makes no other', async () => {
    const folder = new Folder();
    await folder.addPerson('ada');
    const server = await ServerProcess.start(folder);
    const visitor = await server.signedIn('ada');
    renameSync(join(folder.data, 'session-secret'), join(folder.data, 'old'));
    server.process.kill('SIGHUP');
    await server.says(/no session secret can be read at .+ The session secrets from before stay in use\./);
    expect((await visitor.get('/session')).status).toBe(200);
    expect(existsSync(join(folder.data, 'session-secret'))).toBe(false);
    await server.kill('SIGKILL');
    folder.remove();
  });
});
