import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Folder, run, ServerProcess } from './server-process.js';

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
    const up = async () => {
      while (!/ is at /.test(said())) await once(child.stdout!, 'data');
      return 'up';
    };
    expect(await Promise.race([up(), ended.then(({ signal }) => signal)])).toBe('up');
    expect(said()).toMatch(/The session secrets were read again: 1 of them; .+ is the same\./);
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
