import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Folder, ServerProcess } from './server-process.js';

/** Longer than any test takes: whoever waits for its end waits for too long. */
const LONG = { DRAIN_DELAY: '10m' };
const SHORT = { DRAIN_DELAY: '1s' };

const NO_MORE = /No new connections are taken/;

describe('a server that leaves while others go on', () => {
  const folder = new Folder();
  let server: ServerProcess;
  const begin = async (environment: Record<string, string>) =>
    (server = await ServerProcess.start(folder, environment));
  beforeAll(() => folder.addPerson('ada'));
  afterEach(() => server.kill('SIGKILL'));
  afterAll(() => folder.remove());

  const ready = () => server.visitor().get('/health/ready');

  it('says that it is not ready, and goes on answering', async () => {
    await begin(LONG);
    const visitor = await server.signedIn('ada');
    const kept = await connection(server.port);
    expect((await ready()).status).toBe(200);
    expect(await kept.ask()).toMatch(/^HTTP\/1\.1 200 [^]*Connection: keep-alive/);
    server.process.kill('SIGTERM');
    await server.says(/Stopping \(SIGTERM\): not ready any more; requests are taken for another 600 s\./);
    expect(await ready()).toMatchObject({ status: 503, body: '{"status":"unavailable"}' });
    expect(await kept.ask()).toMatch(/^HTTP\/1\.1 200 [^]*Connection: keep-alive/);
    expect((await server.visitor().get('/health/live')).status).toBe(200);
    expect((await visitor.get('/welcome')).status).toBe(200);
    expect((await visitor.postForm('/account', { display_name: 'Ada L.' })).status).toBe(303);
    await server.signedIn('ada');
  });

  it('takes no new connections when that time is over', async () => {
    await begin(SHORT);
    server.process.kill('SIGTERM');
    await server.says(NO_MORE);
    await expect(ready()).rejects.toThrow(/ECONNREFUSED/);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('waits no longer when it is told again, by %s', async signal => {
    await begin(LONG);
    const idle = await connection(server.port);
    server.process.kill('SIGTERM');
    await server.says(/Stopping \(SIGTERM\)/);
    server.process.kill(signal);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    idle.socket.destroy();
  });

  it('gives a connection that is kept one more answer, which says that it is the last', async () => {
    let answer = '';
    // It is kept for 2 s; where the machine was busy with something else for so long, another round tells.
    for (let round = 0; round < 5 && answer === ''; round++) {
      await begin(SHORT);
      const kept = await connection(server.port);
      expect(await kept.ask()).toMatch(/^HTTP\/1\.1 200 [^]*Connection: keep-alive/);
      server.process.kill('SIGTERM');
      await server.says(NO_MORE);
      answer = await kept.ask();
      await kept.closed;
      expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    }
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*Connection: close/);
  });

  it('closes a connection that stays idle, and does not wait for it any longer', async () => {
    let took = Infinity;
    // Less than the 10 s that requests in flight get; where the machine was busy with something else, another round tells.
    for (let round = 0; round < 5 && took > 8000; round++) {
      await begin(SHORT);
      const kept = await connection(server.port);
      await kept.ask();
      const unused = await connection(server.port);
      server.process.kill('SIGTERM');
      await server.says(NO_MORE);
      const start = performance.now();
      expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
      took = performance.now() - start;
      await Promise.all([kept.closed, unused.closed]);
    }
    expect(took).toBeLessThan(8000);
  });
});

/** A connection that asks one thing after the other; '' is the answer where it was closed before. */
async function connection(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve('')));
  const ask = (): Promise<string> => {
    const answered = new Promise<string>(resolve => socket.once('data', chunk => resolve(String(chunk))));
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return Promise.race([answered, closed]);
  };
  return { socket, ask, closed };
}
