import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

const FORM = new URLSearchParams({ username: 'ada', password: PASSWORD }).toString();

describe('a server that is told to stop', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(() => folder.addPerson('ada'));
  beforeEach(async () => (server = await ServerProcess.start(folder)));
  afterEach(() => server.kill('SIGKILL'));
  afterAll(() => folder.remove());

  /** A sign-in whose form is only half sent, when the server has read its head. */
  async function halfSignIn(): Promise<{ socket: Socket; answer: Promise<string> }> {
    const socket = connect(server.port, '127.0.0.1');
    let received = '';
    socket.on('data', chunk => (received += String(chunk)));
    socket.write(
      'POST /login HTTP/1.1\r\nHost: localhost:4000\r\nExpect: 100-continue\r\nSec-Fetch-Site: same-origin\r\n' +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n`,
    );
    await once(socket, 'data');
    expect(received).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(FORM.slice(0, 10));
    return { socket, answer: once(socket, 'close').then(() => received) };
  }

  /** How many events of a name the table holds. */
  async function eventsOf(name: string): Promise<number> {
    const file = join(folder.data, 'gatehouse.sqlite');
    return (await changed(file, 'SELECT 1 FROM audit_events WHERE event = ?', [name])).length;
  }

  /** Resolves when nobody is let in any more. */
  async function closed(): Promise<void> {
    for (;;) {
      const socket = connect(server.port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        socket.destroy();
      } catch {
        return;
      }
    }
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s finishes what is in flight, then exits 0', async signal => {
    const { socket, answer } = await halfSignIn();
    server.process.kill(signal);
    await server.says(new RegExp(`Stopping \\(${signal}\\)`));
    await closed();
    socket.write(FORM.slice(10));
    const [, cookie] = /Set-Cookie: (gatehouse=[^;]+)/i.exec(await answer) ?? [];
    expect(await answer).toMatch(/HTTP\/1\.1 303 [^]*Location: \/welcome/i);
    expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: '' });

    const next = await ServerProcess.start(folder);
    const { status } = await next.visitor().send('GET', '/welcome', undefined, { cookie: cookie ?? null });
    await next.kill('SIGTERM');
    expect(status).toBe(200);
  });

  it('is not held up by connections that ask nothing', async () => {
    let took = Infinity;
    // Less than the 10 s that requests in flight get; where the machine was busy with something else, another round tells.
    for (let round = 0; round < 5 && took > 8000; round++) {
      if (round > 0) server = await ServerProcess.start(folder);
      const idle = connect(server.port, '127.0.0.1');
      const used = connect(server.port, '127.0.0.1');
      used.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
      await Promise.all([once(idle, 'connect'), once(used, 'data')]);
      const start = performance.now();
      expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 });
      took = performance.now() - start;
      idle.destroy();
    }
    expect(took).toBeLessThan(8000);
  });

  it('closes the database, so that nothing is left to recover', async () => {
    await server.signedIn('ada');
    expect(existsSync(join(folder.data, 'gatehouse.sqlite-wal'))).toBe(true);
    await server.kill('SIGTERM');
    expect(existsSync(join(folder.data, 'gatehouse.sqlite-wal'))).toBe(false);
  });

  it('keeps the events of all it did', async () => {
    const before = await eventsOf('session_created');
    await Promise.all([server.signedIn('ada'), server.signedIn('ada')]);
    await server.kill('SIGTERM');
    expect((await eventsOf('session_created')) - before).toBe(2);
  });

  it('does so once, however often it is told', async () => {
    const { socket, answer } = await halfSignIn();
    server.process.kill('SIGTERM');
    await server.says(/Stopping/);
    server.process.kill('SIGTERM');
    server.process.kill('SIGINT');
    socket.write(FORM.slice(10));
    expect(await answer).toMatch(/HTTP\/1\.1 303 /);
    const { code, stdout } = await server.ended;
    expect([code, stdout.match(/Stopping/g)]).toEqual([0, ['Stopping']]);
  });

  it('keeps people signed in through a restart', async () => {
    const visitor = await server.signedIn('ada');
    await server.kill('SIGTERM');
    server = await ServerProcess.start(folder);
    expect((await server.sameBrowser(visitor).get('/welcome')).status).toBe(200);
  });
});
